export { banUser, unbanUser } from './actions/ban.ts';
export { logoutUser } from './actions/logout.ts';
export { readAccount, readAccounts } from './actions/look-up.ts';
export { createAccount, findUserByName, readResetLink } from './actions/operator.ts';
export { createAuditWriter, sweepAuditLog } from './audit.ts';
export type { AdminDeps } from './deps.ts';
export { AmbiguousUser } from './errors.ts';
export { countAdmins } from './queries.ts';
