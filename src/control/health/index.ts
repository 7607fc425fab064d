export { createHealthCheck, type Probes } from './probes.ts';
export { healthRoutes } from './routes.ts';
