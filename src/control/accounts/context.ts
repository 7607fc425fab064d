import type { Config } from '../../config/schema.ts';
import type { Db, Reader, Tx } from '../../db/types.ts';
import type { UserStats } from '../../generated/api.ts';
import type { NewJob } from '../../jobs/job.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import type { WriteAudit } from '../../ports/audit.ts';
import type { Events } from '../../ports/events.ts';
import type { Mail } from '../../ports/mail.ts';
import type { Attempts } from './attempts.ts';
import type { Passwords } from './passwords.ts';
import type { Tokens } from './tokens.ts';

/** Sessions, solved problems and streak of a user, as the profile shows them. */
export type ReadStats = (reader: Reader, userId: string, now: number) => UserStats;

export type Kernel = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly log: Log;
  readonly events: Events;
};

/** What other parts of the control plane do for accounts. */
export type AccountsPorts = {
  readonly writeAudit: WriteAudit;
  enqueue(tx: Tx, job: NewJob): void;
  readonly readStats: ReadStats;
  readonly mail: Mail;
};

export type Secrets = {
  readonly tokens: Tokens;
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  /** Keyed hash of an identifier or address: comparable, but not readable. */
  hashIdentifier(text: string): string;
};

/** What the actions of accounts work with. */
export type AccountsContext = {
  readonly db: Db;
  readonly config: Config;
  readonly kernel: Kernel;
  readonly ports: AccountsPorts;
  readonly secrets: Secrets;
  /** Origin under which people reach this server: the public URL, else that of the listening port. */
  baseUrl(): string;
};
