export { createHealthCheck } from './probes.ts';
export { healthRoutes } from './routes.ts';
