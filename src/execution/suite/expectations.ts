import { type Attack, bytesOf, type SuiteVerdict } from './format.ts';

/** What became of one run, as the kernel counted it; texts as read, before anything is cut for people. */
export type Observed = {
  /** `none`: the platform gave no outcome, which no case allows. */
  readonly verdict: SuiteVerdict | 'none';
  /** Why there is no outcome. */
  readonly trouble: string | null;
  readonly exitCode: number | null;
  /** Number of the signal that ended the program. */
  readonly signal: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly compileOutput: string;
  /** Bytes read of stdout, kept or not. */
  readonly stdoutBytes: number;
  /** Something of the streams is lost. */
  readonly truncated: boolean;
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly peakMemoryMb: number | null;
};

type Check = (expect: Attack['expect'], seen: Observed, attack: Attack) => readonly (string | null)[];

const quote = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
const one = (figure: number) => String(Math.round(figure * 10) / 10);

function contains(name: string, text: string, words: readonly string[] | undefined): (string | null)[] {
  return (words ?? []).map((word) => (text.includes(word) ? null : `${name} lacks ${quote(word)}`));
}

/** The rest of the line that a word stands in: what it found. */
function lineFrom(text: string, at: number): string {
  return text.slice(at, at + 200).split('\n', 1)[0] ?? '';
}

function lacks(name: string, text: string, words: readonly string[] | undefined): (string | null)[] {
  return (words ?? []).map((word) => {
    const at = text.indexOf(word);
    return at < 0 ? null : `${name} has ${quote(lineFrom(text, at))}`;
  });
}

function equals<T>(name: string, seen: T, wanted: T | undefined): (string | null)[] {
  return [wanted === undefined || seen === wanted ? null : `${name} is ${seen}, not ${wanted}`];
}

function within(
  name: string,
  seen: number | null,
  least: number | undefined,
  most: number | undefined,
): (string | null)[] {
  if (least === undefined && most === undefined) return [];
  if (seen === null) return [`${name} was not counted`];
  return [
    least !== undefined && seen < least ? `${name} is ${one(seen)}, less than ${least}` : null,
    most !== undefined && seen > most ? `${name} is ${one(seen)}, more than ${most}` : null,
  ];
}

const checkVerdict: Check = ({ verdicts }, { verdict, trouble }) => [
  verdict !== 'none' && verdicts.includes(verdict)
    ? null
    : `the verdict is ${verdict}${trouble === null ? '' : ` (${trouble})`}, not ${verdicts.join(' or ')}`,
];

const checkTexts: Check = (expect, seen) => [
  ...contains('stdout', seen.stdout, seen.verdict === 'OK' ? expect.mustContain : []),
  ...lacks('stdout', seen.stdout, expect.mustNotContain),
  ...contains('stderr', seen.stderr, expect.mustContainStderr),
  ...contains('the compile output', seen.compileOutput, expect.mustContainCompile),
  ...lacks('the compile output', seen.compileOutput, expect.mustNotContainCompile),
];

const checkEnd: Check = (expect, seen) => [
  ...equals('the exit code', seen.exitCode, expect.exitCode),
  ...equals('the signal', seen.signal, expect.signal),
  ...equals('the size of stdout', seen.stdoutBytes, expect.stdoutBytes),
  ...equals('truncated', seen.truncated, expect.truncated),
];

const checkFigures: Check = (expect, seen, { limits }) => {
  const factor = expect.maxStdoutBytesFactor;
  const mostStdout = factor === undefined ? undefined : factor * limits.outputBytes;
  return [
    ...within('wall time in ms', seen.wallMs, expect.minWallMs, expect.maxWallMs),
    ...within('CPU time in ms', seen.cpuMs, expect.minCpuMs, expect.maxCpuMs),
    ...within('peak memory in MB', seen.peakMemoryMb, expect.minPeakMemoryMb, expect.maxPeakMemoryMb),
    ...within('the size of stdout', seen.stdoutBytes, undefined, mostStdout),
    ...within(
      'the size of the compile output',
      bytesOf(seen.compileOutput),
      undefined,
      expect.maxCompileOutputBytes,
    ),
  ];
};

const checks: readonly Check[] = [checkVerdict, checkTexts, checkEnd, checkFigures];

/** What of a run is not as the case allows; empty when it holds. The host is looked at elsewhere. */
export function problemsOf(attack: Attack, seen: Observed): string[] {
  return checks.flatMap((check) => check(attack.expect, seen, attack)).filter((one) => one !== null);
}

/** True when a run held, but with another verdict than the best. */
export function missesPreferred({ expect }: Attack, { verdict }: Observed): boolean {
  return expect.preferred !== undefined && verdict !== expect.preferred;
}
