export { banUser, type Outcome, type UserAction, unbanUser } from './actions/ban.ts';
export {
  type AccountOrder,
  createAccount,
  findUserByName,
  type ResetLink,
  readResetLink,
} from './actions/operator.ts';
export { createAuditWriter, sweepAuditLog } from './audit.ts';
export type { AdminDeps, CloseRoomsOf } from './deps.ts';
export { AmbiguousUser } from './errors.ts';
export { countAdmins } from './queries.ts';
