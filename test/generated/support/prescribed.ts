import type { Change } from './ledger.ts';

/** One kind of change that comes with a refusal because the rules of the product say so. */
type Prescribed = {
  readonly table: string;
  /** Of a row that was there: what may change. Without: the row is new, or (for counters) goes. */
  readonly columns?: readonly string[];
  /** Of new audit entries. */
  readonly actions?: readonly string[];
  readonly because: string;
};

/**
 * All rows that a refused request may leave behind, by operation and code. Everything else in the database must be the
 * same after a refusal, row for row.
 */
export const prescribed: Readonly<Record<string, readonly Prescribed[]>> = {
  'login AUTH_INVALID_CREDENTIALS': [
    { table: 'lockouts', because: 'failures in a row are counted by identifier [S4]' },
    {
      table: 'audit_log',
      actions: ['auth.login_failed', 'auth.locked'],
      because: 'failed sign-ins and lock-outs are audited',
    },
  ],
  'login USER_BANNED': [
    { table: 'lockouts', because: 'the password was right: failures before it are forgotten [S4]' },
    { table: 'audit_log', actions: ['auth.login_failed'], because: 'failed sign-ins are audited' },
  ],
  'changePassword AUTH_INVALID_CREDENTIALS': [
    { table: 'lockouts', because: 'failures in a row are counted by user [S4]' },
    { table: 'audit_log', actions: ['auth.locked'], because: 'lock-outs are audited' },
  ],
  'refreshSession AUTH_TOKEN_REVOKED': [
    {
      table: 'logins',
      columns: ['ended_at', 'end_reason'],
      because: 'a token spent long ago is a stolen one: its family ends',
    },
    { table: 'audit_log', actions: ['auth.token_reuse'], because: 'stolen tokens are audited' },
  ],
};

/** Of any request with a genuine token: its account was active, whatever became of the request. */
const activity: Prescribed = {
  table: 'users',
  columns: ['last_active_at'],
  because: 'noted every five minutes when a token is accepted, before anything is asked',
};

/** A snapshot that an earlier request led to: it reaches the record through an outbox, whenever it does. */
const snapshotTables = ['code_snapshots', 'session_boards', 'collab_outbox', 'collab_recovery_states'];
const isLateSnapshot = ({ table, after }: Change) =>
  snapshotTables.includes(table) || (table === 'session_events' && after?.event_type === 'snapshot_captured');

/** The changes that nothing prescribes. */
export function unexpected(operation: string, code: string, changes: readonly Change[]): Change[] {
  const allowed = [activity, ...(prescribed[`${operation} ${code}`] ?? [])];
  return changes.filter((change) => !isLateSnapshot(change) && !allowed.some((one) => fits(one, change)));
}

function fits({ table, columns, actions }: Prescribed, change: Change): boolean {
  if (table !== change.table) return false;
  if (columns)
    return (
      change.before !== null && change.after !== null && change.columns.every((one) => columns.includes(one))
    );
  if (actions) return change.before === null && actions.includes(String(change.after?.action));
  return true;
}

/** A change in words, without what stands in the row. */
export function describeChange({ table, before, after, columns }: Change): string {
  if (before === null) return `${table}: a row came${after?.action ? ` (${after.action})` : ''}`;
  if (after === null) return `${table}: a row went`;
  return `${table}: ${columns.join(', ')} changed`;
}
