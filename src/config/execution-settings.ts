import { choice, count, duration, interval, text } from './setting.ts';

const MINUTE = 60_000;
const MIB = 1024 * 1024;

export const executionSettings = {
  'sandbox.driver': choice(
    ['auto', 'nsjail', 'bubblewrap'],
    'auto',
    'Program that makes the jails; auto takes nsjail where it was installed for this and works, else bubblewrap.',
  ),
  'sandbox.uidBase': count(
    700_000,
    'First host user id of jails when the server runs as root; slot N uses this + N.',
    1000,
    4_000_000_000,
  ),
  'execution.workers': count(
    0,
    'Steps that run at a time; 0 means one less than the cores, at least 2, at most 8.',
    0,
    64,
  ),
  'execution.cacheDir': text(
    '',
    'Directory of compiled programs; empty means /var/cache/syncode for a service, else cache/ in the data directory.',
  ),
  'execution.cacheBytes': count(
    2048 * MIB,
    'Size of the cache of compiled programs, in bytes; the least recently used go first.',
    0,
  ),
  'execution.cacheEntryMs': duration(
    24 * 60 * MINUTE,
    'Time after which an unused compiled program is removed',
  ),
  'execution.runTimeoutMs': count(
    5000,
    'CPU time of a run without a wish of its own, in milliseconds.',
    100,
    60_000,
  ),
  'execution.maxRunTimeoutMs': count(10_000, 'Largest CPU time of a run, in milliseconds.', 100, 60_000),
  'execution.caseTimeoutMs': count(
    2000,
    'CPU time of a test case where the problem names none, in milliseconds.',
    100,
    60_000,
  ),
  'execution.maxCaseTimeoutMs': count(
    20_000,
    'Largest CPU time of a test case, in milliseconds.',
    100,
    120_000,
  ),
  'execution.memoryMb': count(256, 'Memory of a program without a wish of its own, in MiB.', 32, 65_536),
  'execution.maxMemoryMb': count(1024, 'Largest memory of a program, in MiB.', 32, 65_536),
  'execution.outputBytes': count(
    MIB,
    'Output of a program, both streams together, in bytes.',
    1024,
    64 * MIB,
  ),
  'execution.processes': count(64, 'Processes and threads of a program.', 8, 4096),
  'execution.openFiles': count(64, 'Open files of a program.', 16, 4096),
  'execution.fileBytes': count(16 * MIB, 'Largest file that a program may write, in bytes.', 4096),
  'execution.filesBytes': count(64 * MIB, 'All files of a program together, in bytes.', 4096),
  'execution.compileTimeoutMs': count(
    10_000,
    'CPU time of a compile or check step, in milliseconds.',
    1000,
    120_000,
  ),
  'execution.compileWallMs': count(
    15_000,
    'Wall time of a compile or check step, in milliseconds.',
    1000,
    300_000,
  ),
  'execution.compileMemoryMb': count(1024, 'Memory of a compile or check step, in MiB.', 128, 65_536),
  'execution.compileProcesses': count(128, 'Processes and threads of a compile or check step.', 16, 4096),
  'execution.submissionMs': count(
    120_000,
    'Wall time of all cases of a submission together, in milliseconds.',
    1000,
    3_600_000,
  ),
  'execution.checkerTimeoutMs': count(10_000, 'CPU time of a checker, in milliseconds.', 100, 120_000),
  'execution.checkerMemoryMb': count(512, 'Memory of a checker, in MiB.', 32, 65_536),
  'execution.memoryShare': count(
    60,
    'Share of the RAM that steps under way may claim together, in percent.',
    5,
    95,
  ),
  'execution.stepsPerUser': count(2, 'Steps of one user at a time.', 1, 64),
  'execution.waitingJobs': count(200, 'Jobs that may wait in all.', 1, 100_000),
  'execution.waitingJobsPerUser': count(5, 'Jobs of one user that may wait.', 1, 1000),
  'execution.waitingSubmissionsPerUser': count(2, 'Submissions of one user that may wait.', 1, 1000),
  'execution.shortSubmissionMs': duration(
    10_000,
    'Run time up to which a submission goes before longer ones',
  ),
  'execution.runWaitMs': duration(MINUTE, 'Longest wait of a run for its first step'),
  'execution.submissionWaitMs': duration(30 * MINUTE, 'Longest wait of a submission for its first step'),
  'execution.leaseMs': duration(30_000, 'Time after which the job of a dead process is taken over'),
  'execution.leaseRenewalMs': interval(10_000, 'Interval at which jobs under way are claimed anew'),
  'execution.stopMs': interval(8000, 'Time that jobs under way get to end at a graceful stop'),
  'execution.stepMarginMs': interval(
    10_000,
    'Time over its wall limit after which a step is killed from outside',
  ),
} as const;
