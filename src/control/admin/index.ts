export { banUser, unbanUser } from './actions/ban.ts';
export { createAccount, findUserByName, readResetLink } from './actions/operator.ts';
export { createAuditWriter, sweepAuditLog } from './audit.ts';
export type { AdminDeps } from './deps.ts';
export { AmbiguousUser } from './errors.ts';
export { countAdmins } from './queries.ts';
