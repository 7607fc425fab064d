/** Numbers of the frames and fields of `syncode-jail`; a test compares them with sandbox/src/protocol.h. */
export const protocolVersion = 1;

/** Kinds of frames. */
export const frame = { run: 1, cancel: 2, ready: 16, result: 17, fatal: 18 } as const;

/** Fields of a run. */
export const runTag = {
  id: 1,
  word: 2,
  spec: 3,
  stdin: 4,
  wallUs: 5,
  cpuUs: 6,
  setupUs: 7,
  memoryBytes: 8,
  pids: 9,
  quotaUs: 10,
  outputBytes: 11,
  overflowDrop: 12,
  stdoutKeep: 13,
  stdoutFromEnd: 14,
  stderrKeep: 15,
  stderrFromEnd: 16,
  collectInto: 17,
  collectBytes: 18,
  collectFiles: 19,
} as const;

/** Fields of what init is to do; 1 and 2 are the supervisor's. */
export const specTag = {
  argument: 3,
  variable: 4,
  directory: 5,
  scratch: 6,
  tmpfsBytes: 7,
  tmpfsInodes: 8,
  fileBytes: 9,
  openFiles: 10,
  stackBytes: 11,
  collectPath: 12,
  collectBytes: 13,
  collectFiles: 14,
} as const;

/** Fields of a result. */
export const resultTag = {
  id: 1,
  started: 2,
  waitStatus: 3,
  wallUs: 4,
  cpuUs: 5,
  peakBytes: 6,
  oomKilled: 7,
  killedBy: 8,
  stdout: 9,
  stdoutTotal: 10,
  stderr: 11,
  stderrTotal: 12,
  collected: 13,
  file: 14,
  failure: 15,
} as const;

/** Fields of the first frame and of the one that says why there are no runs. */
export const readyTag = { protocol: 1, pid: 2 } as const;
export const fatalTag = { message: 1 } as const;

/** Descriptors of the jail command beside 0, 1 and 2: from `first` to the one before `end`. */
export const jailDescriptors = { first: 3, end: 11 } as const;

/** A frame longer than this is refused by both sides. */
export const framePayloadMax = 128 * 1024 * 1024;
