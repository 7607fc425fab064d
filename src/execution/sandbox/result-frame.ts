import { decodeFields, type Field, fieldNumber, fieldText } from './frames.ts';
import type { Captured, Collected, CollectedFile, CollectRefusal, JailFacts, KilledBy } from './jail.ts';
import { resultTag } from './protocol.ts';

const usPerMs = 1000;
const bytesPerKb = 1024;
const collectDone = 1;

const killedBy: readonly KilledBy[] = ['none', 'wall', 'cpu', 'output', 'setup', 'cancel'];
const refusals: Readonly<Record<number, CollectRefusal>> = {
  2: 'missing',
  3: 'notRegular',
  4: 'badName',
  5: 'tooDeep',
  6: 'tooLarge',
  7: 'tooMany',
  8: 'host',
};
const refusalMessages: Readonly<Record<CollectRefusal, string>> = {
  missing: 'the file to bring out is not there',
  notRegular: 'there is something that is neither a readable file nor a directory',
  badName: 'a name is too long or holds characters that no file of an artefact has',
  tooDeep: 'directories are nested too deeply',
  tooLarge: 'the files are too large',
  tooMany: 'there are too many files',
  host: 'the files could not be written on the host',
};

/** Facts of a run that never became one. */
export function factsOfFailure(jailFailure: string | null, by: KilledBy = 'none'): JailFacts {
  const nothing: Captured = { bytes: new Uint8Array(0), totalBytes: 0, truncated: false };
  return {
    status: null,
    exitCode: null,
    signal: null,
    cpuMs: 0,
    wallMs: 0,
    memoryKb: null,
    oomKilled: false,
    killedBy: by,
    stdout: nothing,
    stderr: nothing,
    collected: null,
    jailFailure,
  };
}

function capturedOf(bytes: Field | undefined, total: number): Captured {
  const kept = bytes?.value ?? Buffer.alloc(0);
  return { bytes: kept, totalBytes: total, truncated: total > kept.length };
}

/** u64 size, u8 executable, path; null when the path is no UTF-8. */
function decodeFile(value: Buffer): CollectedFile | null {
  const path = value.subarray(9);
  const text = path.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(path)) return null;
  return { path: text, bytes: Number(value.readBigUInt64LE(0)), executable: value.readUInt8(8) === 1 };
}

function refused(refusal: CollectRefusal): Collected {
  return { ok: false, refusal, message: refusalMessages[refusal] };
}

function collectedOf(outcome: number | null, fields: readonly Field[]): Collected | null {
  if (outcome === null) return null;
  if (outcome !== collectDone) return refused(refusals[outcome] ?? 'host');
  const files: CollectedFile[] = [];
  for (const field of fields) {
    const file = field.tag === resultTag.file ? decodeFile(field.value) : undefined;
    if (file === null) return refused('badName');
    if (file) files.push(file);
  }
  return { ok: true, files };
}

/** wait(2)'s status; 9 for a tree that was killed together with its init, which then reported nothing. */
function endOf(
  started: boolean,
  waitStatus: number | null,
): Pick<JailFacts, 'status' | 'exitCode' | 'signal'> {
  if (!started) return { status: null, exitCode: null, signal: null };
  if (waitStatus === null) return { status: 'signalled', exitCode: null, signal: 9 };
  const signal = waitStatus & 0x7f;
  if (signal !== 0) return { status: 'signalled', exitCode: null, signal };
  return { status: 'exited', exitCode: (waitStatus >> 8) & 0xff, signal: null };
}

/** A result's number and facts. Throws when the payload is not one. */
export function decodeResult(payload: Buffer): { id: number; facts: JailFacts } {
  const fields = decodeFields(payload);
  const find = (tag: number): Field | undefined => fields.find((field) => field.tag === tag);
  const numberOr = <T>(tag: number, absent: T): number | T => {
    const field = find(tag);
    return field ? fieldNumber(field) : absent;
  };
  const peakBytes = numberOr(resultTag.peakBytes, null);
  const failure = find(resultTag.failure);
  const facts: JailFacts = {
    ...endOf(numberOr(resultTag.started, 0) === 1, numberOr(resultTag.waitStatus, null)),
    cpuMs: numberOr(resultTag.cpuUs, 0) / usPerMs,
    wallMs: numberOr(resultTag.wallUs, 0) / usPerMs,
    memoryKb: peakBytes === null ? null : peakBytes / bytesPerKb,
    oomKilled: numberOr(resultTag.oomKilled, 0) === 1,
    killedBy: killedBy[numberOr(resultTag.killedBy, 0)] ?? 'none',
    stdout: capturedOf(find(resultTag.stdout), numberOr(resultTag.stdoutTotal, 0)),
    stderr: capturedOf(find(resultTag.stderr), numberOr(resultTag.stderrTotal, 0)),
    collected: collectedOf(numberOr(resultTag.collected, null), fields),
    jailFailure: failure ? fieldText(failure) : null,
  };
  return { id: numberOr(resultTag.id, 0), facts };
}
