export { cancelRuns, eraseExpiredRuns } from './actions.ts';
export { checkCapacity } from './capacity.ts';
export type { Core, RunsDeps } from './deps.ts';
export { countRunsSince } from './queries.ts';
export { createRunResults } from './results.ts';
export { runRoutes } from './routes.ts';
export { cancelledJob, checkSourceSize } from './rules.ts';
