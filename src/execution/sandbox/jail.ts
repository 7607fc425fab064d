/** Directories and programs as a jailed program sees them. */
export const inJail = {
  /** Work directory: empty at the start, on the private tmpfs that /tmp and /dev/shm share. */
  box: '/box',
  /** The artefact directory, read-only. */
  app: '/app',
  /** The product's Node, present where the request's `tools` names it. */
  node: '/opt/node',
  /** The product's esbuild binary, likewise. */
  esbuild: '/opt/esbuild',
} as const;

/** A program of the product that a request can ask for; it appears at `inJail.<name>`. */
export type Tool = 'node' | 'esbuild';

/** A host file or directory shown read-only; `source` lies below one of the supervisor's `roots`. */
export interface Mount {
  readonly source: string;
  readonly target: string;
}

/** What bounds one run. All are hard: exceeding one ends the run or fails the call inside the program. */
export interface JailLimits {
  /** From the program's start to its end. */
  readonly wallMs: number;
  /** User + system time of all its processes together. */
  readonly cpuMs: number;
  /** Of all its processes and its files on the tmpfs; swap is not used. */
  readonly memoryKb: number;
  /** Processes and threads; the jail's own do not count. */
  readonly pids: number;
  /** stdout and stderr together. */
  readonly outputBytes: number;
  /** Size of one file. */
  readonly fileBytes: number;
  /** Size and number of all files in /box, /tmp and /dev/shm together. */
  readonly tmpfsBytes: number;
  readonly tmpfsInodes: number;
  readonly openFiles: number;
  readonly stackBytes: number;
  /** CPU quota in cores; may be a fraction. */
  readonly cores: number;
  /** Ceiling for making the jail, and again for collecting files from it; 10 s when absent. */
  readonly setupMs?: number;
}

/** Which part of a stream comes back: its first or its last bytes. */
export interface Keep {
  readonly from: 'start' | 'end';
  readonly bytes: number;
}

/** Files to bring out of /box after the program has exited with 0. */
export interface Collect {
  /** One file or directory, relative to /box, at most 8 levels deep. */
  readonly path: string;
  /** Host directory that exists, is empty and lies below one of the supervisor's `roots`. */
  readonly into: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** One program in one fresh jail: plain data. */
export interface JailRequest {
  /** The program's absolute path inside the jail and its arguments. */
  readonly argv: readonly string[];
  /** The whole environment; nothing is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Work directory; /box when absent. */
  readonly cwd?: string;
  /** Host directory shown read-only at /app, below one of the supervisor's `roots`. */
  readonly app: string | null;
  readonly mounts?: readonly Mount[];
  readonly tools?: readonly Tool[];
  /** Further empty writable directories on the private tmpfs, e.g. `/data/feedback`. */
  readonly scratch?: readonly string[];
  /** Followed by end of file. */
  readonly stdin: Uint8Array;
  readonly limits: JailLimits;
  readonly stdout: Keep;
  readonly stderr: Keep;
  /** Beyond `outputBytes`: end the program (the default), or read on and throw away. */
  readonly overflow?: 'kill' | 'drop';
  readonly collect?: Collect;
}

/** What is kept of a stream. */
export interface Captured {
  readonly bytes: Uint8Array;
  /** All that was read, kept or not; of what exceeds `outputBytes` one byte is counted, unless it was to be dropped. */
  readonly totalBytes: number;
  /** True when `bytes` is not all of it. */
  readonly truncated: boolean;
}

/** Which limit or act ended the run, `none` when the program ended by itself. */
export type KilledBy = 'none' | 'wall' | 'cpu' | 'output' | 'setup' | 'cancel';

/** A file brought out, below `collect.into`. */
export interface CollectedFile {
  readonly path: string;
  readonly bytes: number;
  readonly executable: boolean;
}

/** Why nothing was brought out although the program exited with 0; the program's doing, all but `host`. */
export type CollectRefusal =
  | 'missing'
  | 'notRegular'
  | 'badName'
  | 'tooDeep'
  | 'tooLarge'
  | 'tooMany'
  | 'host';

/** Outcome of `collect`; null in the facts when not asked for or when the program did not exit with 0. */
export type Collected =
  | { readonly ok: true; readonly files: readonly CollectedFile[] }
  | { readonly ok: false; readonly refusal: CollectRefusal; readonly message: string };

/** What happened, without judgement. */
export interface JailFacts {
  /** How the first process ended; null when it never started. Killed with its whole tree: `signalled`, 9. */
  readonly status: 'exited' | 'signalled' | null;
  /** 0..255 when exited, else null. */
  readonly exitCode: number | null;
  /** Signal number when signalled, else null. */
  readonly signal: number | null;
  /** User + system time of all its processes. */
  readonly cpuMs: number;
  /** From the program's start to its end. */
  readonly wallMs: number;
  /** Peak of all its processes; null where the kernel does not count it. */
  readonly memoryKb: number | null;
  /** An OOM kill was counted, whichever process it hit. */
  readonly oomKilled: boolean;
  readonly killedBy: KilledBy;
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly collected: Collected | null;
  /** Not null: the jail itself failed, never the program, and nothing else here can be trusted. */
  readonly jailFailure: string | null;
}

/** Owns one supervisor process and runs one request at a time. */
export interface Supervisor {
  /**
   * Runs one program to its end. Never rejects for what a program does; rejects with a TypeError for a request
   * that cannot be expressed and when another one is still running. An aborted signal kills the tree at once
   * (`killedBy: 'cancel'`).
   */
  run(request: JailRequest, signal?: AbortSignal): Promise<JailFacts>;
  /** Kills what runs and ends the supervisor process; resolves when it is gone. */
  close(): Promise<void>;
}

/** A way to make a jail: the program that does it, by its absolute host path. */
export type DriverName = 'bubblewrap' | 'nsjail';
export interface Driver {
  readonly name: DriverName;
  readonly path: string;
}

/** The host user that jailed programs run as; null: the service's own (unprivileged mode). */
export type Identity = { readonly uid: number; readonly gid: number } | null;

/** Where the groups of this instance lie; made by `findCgroup`. */
export type CgroupBase =
  | {
      readonly version: 1;
      readonly memory: string;
      readonly pids: string;
      readonly cpuacct: string;
      readonly cpu: string;
    }
  | { readonly version: 2; readonly dir: string };

/** A usable base, or why there is none and what an operator can do. */
export type CgroupSearch =
  | { readonly ok: true; readonly base: CgroupBase }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

/** What a supervisor may show of the host. */
export interface HostPaths {
  readonly node: string;
  readonly esbuild: string;
  /**
   * Directories below which `app`, `mounts` and `collect.into` lie: cache, temporary sources. They and what is shown of
   * them are readable by every user (0755, 0644): as root, jails run as somebody else. What lies above may be closed.
   */
  readonly roots: readonly string[];
}

/** What `createSupervisor(options): Supervisor` of supervisor.ts takes. */
export interface SupervisorOptions {
  readonly driver: Driver;
  /** Absolute path of the built `syncode-jail`. */
  readonly jailBinary: string;
  readonly cgroupBase: CgroupBase;
  /** Number of the worker, from 0; no two live supervisors of an instance share it. */
  readonly slot: number;
  readonly identity: Identity;
  readonly host: HostPaths;
}
