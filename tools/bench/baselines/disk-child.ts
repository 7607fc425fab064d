/** A thread that appends 4 KiB to a file and syncs it, 50 times a second, until it is told to stop; posts the times in ms. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const { file, stop } = workerData as { file: string; stop: SharedArrayBuffer };
const flag = new Int32Array(stop);
const block = Buffer.alloc(4096, 1);
const descriptor = openSync(file, 'a');
const times: number[] = [];
while (Atomics.wait(flag, 0, 0, 20) === 'timed-out') {
  writeSync(descriptor, block);
  const start = performance.now();
  fdatasyncSync(descriptor);
  times.push(performance.now() - start);
}
closeSync(descriptor);
parentPort?.postMessage(times);
