export { cancelSubmissions, countAccepted } from './actions.ts';
export type { JudgedVersion, ProblemVersions, SubmissionsDeps } from './deps.ts';
export { countSolvedProblems, listSubmissionDays } from './queries.ts';
export { createSubmissionResults } from './results.ts';
export { submissionRoutes } from './routes.ts';
