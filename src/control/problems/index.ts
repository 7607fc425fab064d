export type { ProblemsDeps } from './actions.ts';
export { ProblemNotFound } from './errors.ts';
export { findDrivers, problemVersions, roomProblems } from './lookups.ts';
export { createProblems } from './routes.ts';
