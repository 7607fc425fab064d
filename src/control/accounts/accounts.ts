import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { KeyRing } from '../../config/keys.ts';
import type { Config } from '../../config/schema.ts';
import type { Db, Reader } from '../../db/types.ts';
import type { Binding } from '../../http/operation.ts';
import type { Callers } from '../../ports/callers.ts';
import type { CollabTokens } from '../../ports/collab.ts';
import type { Mail } from '../../ports/mail.ts';
import { RESET_JOB_KIND, sendResetLink } from './actions/request-reset.ts';
import { sweepAccounts } from './actions/sweep.ts';
import { createAttempts } from './attempts.ts';
import { createCallers } from './callers.ts';
import { createCollabTokens } from './collab-tokens.ts';
import type { AccountsContext, AccountsPorts, Kernel, Secrets } from './context.ts';
import { createOutbox } from './outbox.ts';
import { concurrentHashes, createPasswords, type HashCost, hashCost } from './passwords.ts';
import { showName, type UserName } from './profile.ts';
import { findCaller, findNames } from './queries/users.ts';
import { accountRoutes } from './routes.ts';
import { createTokens } from './tokens.ts';

export type AccountsDeps = {
  readonly db: Db;
  readonly config: Config;
  readonly keys: KeyRing;
  readonly kernel: Kernel;
  readonly ports: Omit<AccountsPorts, 'mail'>;
  /** The public URL, else http://127.0.0.1 with the port listened on; without a slash at the end. */
  baseUrl(): string;
};

/** What others may ask of users. */
export type Users = {
  /** Names for others, by id; deleted users under a stand-in, unknown ids left out. */
  names(reader: Reader, ids: readonly string[]): Map<string, UserName>;
  /** Whether an account may act (disabled: banned, deleted, unknown), and if so whether the login still lives. */
  loginState(reader: Reader, userId: string, sid: string): 'live' | 'ended' | 'disabled';
};

export type Accounts = {
  readonly bindings: readonly Binding[];
  readonly callers: Callers;
  readonly collabTokens: CollabTokens;
  readonly mail: Mail;
  readonly users: Users;
  /** Handlers of the chores that accounts queue, by kind. */
  readonly chores: Readonly<Record<string, (chore: { readonly payload: unknown }) => Promise<void>>>;
  hashPassword(password: string): Promise<string>;
  /** Removes what has expired; for a timer of timers.cleanUpMs. */
  sweep(): Promise<void>;
};

function createSecrets({ config, keys, kernel }: AccountsDeps, cost: HashCost): Secrets {
  const { clock, random } = kernel;
  const policy = {
    limit: config['limits.failedPasswords'],
    windowMs: config['timers.failedPasswordWindowMs'],
    lockoutMs: config['timers.lockoutMs'],
    maxMs: config['timers.lockoutMaxMs'],
    forgetMs: config['timers.lockoutForgetMs'],
  };
  const lifeMs = {
    access: config['timers.accessTokenMs'],
    refresh: config['timers.refreshTokenMs'],
    collab: config['timers.collabTokenMs'],
  };
  return {
    tokens: createTokens({ keys, clock, lifeMs }),
    passwords: createPasswords({
      random,
      cost,
      concurrent: concurrentHashes(availableParallelism()),
      maxWaiting: config['limits.waitingHashes'],
    }),
    attempts: createAttempts({ clock, policy }),
    hashIdentifier: (text) =>
      createHmac('sha256', keys.pair('identifiers').current.secret).update(text).digest('base64url'),
  };
}

function createUsers(baseUrl: () => string): Users {
  return {
    names: (reader, ids) =>
      new Map(findNames(reader, ids).map((user) => [user.id, showName(baseUrl(), user)])),
    loginState: (reader, userId, sid) => {
      const row = findCaller(reader, userId, sid);
      if (row === null || row.deletedAt !== null || row.bannedAt !== null) return 'disabled';
      return row.isLoginAlive === 1 ? 'live' : 'ended';
    },
  };
}

/** Accounts of the control plane. `cost` is that of password hashes; only tests take a cheaper one. */
export function createAccounts(deps: AccountsDeps, cost: HashCost = hashCost): Accounts {
  const { db, config, kernel } = deps;
  const baseUrl = () => deps.baseUrl();
  const { clock, ids } = kernel;
  const secrets = createSecrets(deps, cost);
  const { tokens } = secrets;
  const mail = createOutbox({ clock, ids });
  const ports = { ...deps.ports, mail };
  const ctx: AccountsContext = { db, config, kernel, ports, secrets, baseUrl };
  return {
    bindings: accountRoutes(ctx),
    callers: createCallers({ db, tokens, clock }),
    collabTokens: createCollabTokens({ tokens, clock, ids, lifeMs: config['timers.collabTokenMs'] }),
    mail,
    users: createUsers(baseUrl),
    chores: { [RESET_JOB_KIND]: ({ payload }) => sendResetLink(ctx, payload) },
    hashPassword: (password) => secrets.passwords.hash(password),
    sweep: () => sweepAccounts(ctx),
  };
}
