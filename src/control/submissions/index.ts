export { cancelSubmissions, countAccepted } from './actions.ts';
export { countSolvedProblems, listSubmissionDays } from './queries.ts';
export { createSubmissionResults } from './results.ts';
export { submissionRoutes } from './routes.ts';
