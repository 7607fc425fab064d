import { workerData } from 'piscina';
import { Artefacts } from './artefacts.ts';
import { runCommandTask } from './command-task.ts';
import { runSelfTest } from './sandbox/self-test.ts';
import { createSupervisor } from './sandbox/supervisor.ts';
import { type Bench, runStepTask } from './step-tasks.ts';
import type { WorkerCall, WorkerResults, WorkerSetup, WorkerTask } from './worker-tasks.ts';

// A worker is its one supervisor, which is started with it, while the server is small.
const bench = openBench(workerData as WorkerSetup);

function openBench(setup: WorkerSetup): Bench {
  return { setup, supervisor: createSupervisor(setup.supervisor), artefacts: new Artefacts(setup.cacheDir) };
}

/** Does one task; any message on its port cancels it. */
export async function runTask({ task, cancel }: WorkerCall): Promise<WorkerResults[WorkerTask['kind']]> {
  const abort = new AbortController();
  cancel.once('message', () => abort.abort());
  try {
    return await perform(task, abort.signal);
  } finally {
    cancel.close();
  }
}

async function perform(task: WorkerTask, signal: AbortSignal): Promise<WorkerResults[WorkerTask['kind']]> {
  switch (task.kind) {
    case 'step':
      return runStepTask(bench, task, signal);
    case 'command':
      return runCommandTask(bench, task, signal);
    case 'selfTest':
      return runSelfTest(bench.supervisor);
    case 'close':
      await bench.supervisor.close();
      return null;
  }
}
