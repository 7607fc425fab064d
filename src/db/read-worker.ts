import { storageJobs } from './read-jobs.ts';
import { serveReadJobs } from './read-server.ts';

serveReadJobs(storageJobs);
