import { workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CheckpointStep, CheckpointStepResult } from './checkpoint.ts';
import { configure, writeMark } from './connection.ts';
import { storageFault } from './errors.ts';
import { answerQuestions } from './thread.ts';

const { path } = workerData as { path: string };
const raw = new Database(path, { fileMustExist: true, timeout: 0 });
raw.pragma('busy_timeout = 0');
configure(raw, 'NORMAL');
raw.pragma('wal_autocheckpoint = 0');

function copy(): CheckpointStepResult {
  const [result] = raw.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
  return { isComplete: result !== undefined && result.log === result.checkpointed };
}

/** With everything copied and nobody writing, this commit starts the WAL anew and syncs its header, here. */
function restart(): boolean {
  try {
    writeMark(raw);
    return true;
  } catch (error) {
    if (storageFault(error) === 'busy') return false;
    throw error;
  }
}

answerQuestions((step) => {
  const copied = copy();
  if ((step as CheckpointStep) === 'copy' || !copied.isComplete) return copied;
  return { isComplete: restart() } satisfies CheckpointStepResult;
});
