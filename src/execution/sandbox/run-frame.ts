import { isAbsolute, posix } from 'node:path';
import { createFieldWriter, encodeFrame, type FieldWriter } from './frames.ts';
import { inJail, type JailRequest } from './jail.ts';
import { frame, runTag, specTag } from './protocol.ts';

const defaultSetupMs = 10_000;
const usPerMs = 1000;
const bytesPerKb = 1024;
/** Microseconds of CPU per core in one quota period of 100 ms. */
const quotaUsPerCore = 100_000;

function checkAbsolute(what: string, path: string): void {
  if (!isAbsolute(path) || posix.normalize(path) !== path) {
    throw new TypeError(`${what} is not an absolute, plain path: ${path}`);
  }
}

/** Throws a TypeError for what cannot be expressed; numbers are checked where they are written and by the jail. */
export function checkRequest(request: JailRequest): void {
  const program = request.argv[0];
  if (program === undefined) throw new TypeError('argv is empty');
  checkAbsolute('the program', program);
  checkAbsolute('cwd', request.cwd ?? inJail.box);
  for (const directory of request.scratch ?? []) checkAbsolute('a scratch directory', directory);
  for (const mount of request.mounts ?? []) checkAbsolute("a mount's target", mount.target);
  for (const name of Object.keys(request.env)) {
    if (name === '' || name.includes('=')) throw new TypeError(`not a name for a variable: "${name}"`);
  }
  if (request.collect && (isAbsolute(request.collect.path) || request.collect.path === '')) {
    throw new TypeError(`collect.path is not relative to /box: ${request.collect.path}`);
  }
}

/** How long making a jail, or collecting from it, may take. */
export function setupMsOf(request: JailRequest): number {
  return request.limits.setupMs ?? defaultSetupMs;
}

function encodeSpec(request: JailRequest): Buffer {
  const { limits, collect } = request;
  const spec = createFieldWriter();
  for (const word of request.argv) spec.text(specTag.argument, word);
  for (const [name, value] of Object.entries(request.env)) spec.text(specTag.variable, `${name}=${value}`);
  spec.text(specTag.directory, request.cwd ?? inJail.box);
  for (const directory of request.scratch ?? []) spec.text(specTag.scratch, directory);
  spec.number(specTag.tmpfsBytes, Math.ceil(limits.tmpfsBytes));
  spec.number(specTag.tmpfsInodes, Math.ceil(limits.tmpfsInodes));
  spec.number(specTag.fileBytes, Math.ceil(limits.fileBytes));
  spec.number(specTag.openFiles, Math.ceil(limits.openFiles));
  spec.number(specTag.stackBytes, Math.ceil(limits.stackBytes));
  if (collect) {
    spec.text(specTag.collectPath, collect.path);
    spec.number(specTag.collectBytes, Math.floor(collect.maxBytes));
    spec.number(specTag.collectFiles, Math.floor(collect.maxFiles));
  }
  return spec.payload();
}

function writeLimits(run: FieldWriter, request: JailRequest): void {
  const { limits } = request;
  run.number(runTag.wallUs, Math.ceil(limits.wallMs * usPerMs));
  run.number(runTag.cpuUs, Math.ceil(limits.cpuMs * usPerMs));
  run.number(runTag.setupUs, Math.ceil(setupMsOf(request) * usPerMs));
  run.number(runTag.memoryBytes, Math.ceil(limits.memoryKb) * bytesPerKb);
  run.number(runTag.pids, Math.ceil(limits.pids));
  run.number(runTag.quotaUs, Math.ceil(limits.cores * quotaUsPerCore));
  run.number(runTag.outputBytes, Math.ceil(limits.outputBytes));
  run.number(runTag.overflowDrop, request.overflow === 'drop' ? 1 : 0);
  run.number(runTag.stdoutKeep, request.stdout.bytes);
  run.number(runTag.stdoutFromEnd, request.stdout.from === 'end' ? 1 : 0);
  run.number(runTag.stderrKeep, request.stderr.bytes);
  run.number(runTag.stderrFromEnd, request.stderr.from === 'end' ? 1 : 0);
}

/** What a run needs beside the request: its number, the jail command, and host paths as the supervisor sees them. */
export interface RunContext {
  readonly id: number;
  readonly words: readonly string[];
  visiblePath(hostPath: string): string;
}

/** The frame that starts a run. Throws a TypeError for what cannot be expressed. */
export function encodeRun(request: JailRequest, context: RunContext): Buffer {
  const run = createFieldWriter();
  run.number(runTag.id, context.id);
  for (const word of context.words) run.text(runTag.word, word);
  writeLimits(run, request);
  run.bytes(runTag.spec, encodeSpec(request));
  run.bytes(runTag.stdin, request.stdin);
  if (request.collect) {
    run.text(runTag.collectInto, context.visiblePath(request.collect.into));
    run.number(runTag.collectBytes, Math.floor(request.collect.maxBytes));
    run.number(runTag.collectFiles, Math.floor(request.collect.maxFiles));
  }
  return encodeFrame(frame.run, run.payload());
}

/** The frame that kills a run. */
export function encodeCancel(id: number): Buffer {
  const cancel = createFieldWriter();
  cancel.number(runTag.id, id);
  return encodeFrame(frame.cancel, cancel.payload());
}
