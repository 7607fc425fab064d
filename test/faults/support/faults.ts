import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The numbers of the page that is shared with the program, in the order of fault-shim.c. */
const numbers = [
  'syncDelayMs',
  'holdSyncs',
  'failWalSyncs',
  'writeErrno',
  'clockOffsetMs',
  'syncs',
  'syncsHeld',
  'mainSyncs',
  'refusedWrites',
] as const;
type FaultNumber = (typeof numbers)[number];

export type Faults = {
  /** For the program on which the faults shall come. */
  readonly env: Readonly<Record<string, string>>;
  set(name: FaultNumber, value: number): void;
  get(name: FaultNumber): number;
  remove(): void;
};

const PAGE_BYTES = 4096;
const NUMBER_BYTES = 8;

/** Builds the shim for faults of the clock and of what lies under `root`; none is there until it is set. */
export function prepareFaults(root: string): Faults {
  const directory = mkdtempSync(path.join(tmpdir(), 'syncode-faults-'));
  const [library, page] = [path.join(directory, 'fault-shim.so'), path.join(directory, 'control')];
  const source = path.join(import.meta.dirname, 'fault-shim.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-pthread', '-o', library, source]);
  writeFileSync(page, Buffer.alloc(PAGE_BYTES));
  const file = openSync(page, 'r+');
  const cell = Buffer.alloc(NUMBER_BYTES);
  const place = (name: FaultNumber) => numbers.indexOf(name) * NUMBER_BYTES;
  return {
    env: { LD_PRELOAD: library, FAULT_CONTROL: page, FAULT_ROOT: root },
    set(name, value) {
      cell.writeBigInt64LE(BigInt(value));
      writeSync(file, cell, 0, NUMBER_BYTES, place(name));
    },
    get(name) {
      readSync(file, cell, 0, NUMBER_BYTES, place(name));
      return Number(cell.readBigInt64LE());
    },
    remove() {
      closeSync(file);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
