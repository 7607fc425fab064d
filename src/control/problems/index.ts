export type { ProblemsDeps } from './actions.ts';
export { ProblemNotFound } from './errors.ts';
export { findDrivers, problemVersions, roomProblems } from './lookups.ts';
export { PackageInvalid } from './package/fault.ts';
export { createProblems } from './routes.ts';
export { builtInProblems, seedProblems } from './seeds.ts';
