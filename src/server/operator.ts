import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { describeIssue } from '../config/wording.ts';
import {
  AmbiguousUser,
  banUser,
  createAccount,
  findUserByName,
  readResetLink,
  unbanUser,
} from '../control/admin/index.ts';
import { builtInProblems, seedProblems } from '../control/problems/index.ts';
import { write } from '../db/write.ts';
import { isoTime } from '../kernel/clock.ts';
import { DomainError, defineError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import type { Origin } from '../ports/audit.ts';
import { absentCollab, absentExecution } from './absent-planes.ts';
import { type Control, createControl } from './control.ts';
import type { Operator } from './control-socket.ts';
import type { Installation } from './installation.ts';
import { createKernel, type Kernel } from './kernel.ts';

const UserUnknown = defineError('USER_NOT_FOUND', 404, 'There is no such user');
const UserAmbiguous = defineError('USER_AMBIGUOUS', 409, 'That fits several accounts; name one by its id');
const NoResetLink = defineError(
  'RESET_LINK_NOT_FOUND',
  404,
  'No reset link is waiting for this user: it was never asked for, used, or has expired. The user asks for one at sign-in',
);
const CommandUnknown = defineError('COMMAND_UNKNOWN', 400, 'The running server does not know this command');

/** Letters and digits that nobody mistakes for another. */
const PASSWORD_ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 16;

/** A first password of about 93 bits. */
export function generatePassword(random: Random): string {
  return Array.from(
    { length: PASSWORD_LENGTH },
    () => PASSWORD_ALPHABET[random.below(PASSWORD_ALPHABET.length)],
  ).join('');
}

type OperatorDeps = { readonly control: Control; readonly kernel: Kernel };
type Command = (deps: OperatorDeps, args: Record<string, unknown>, origin: Origin) => Promise<unknown>;

/** A command whose arguments are checked before it runs. */
function command<Args>(
  schema: z.ZodType<Args>,
  run: (deps: OperatorDeps, args: Args, origin: Origin) => Promise<unknown>,
): Command {
  return (deps, args, origin) => run(deps, schema.parse(args), origin);
}

const naming = { user: z.string().min(1).max(254) };

function userNamed({ control }: OperatorDeps, name: string) {
  try {
    const user = findUserByName(control.core.db, name);
    if (user === null) throw UserUnknown({ user: name }, { message: `There is no user ${name}` });
    return user;
  } catch (error) {
    if (error instanceof AmbiguousUser) throw UserAmbiguous({ userIds: error.userIds });
    throw error;
  }
}

const commands: Readonly<Record<string, Command>> = {
  'admin.create': command(
    z.strictObject({
      email: z.string(),
      username: z.string(),
      displayName: z.string().nullable(),
      password: z.string().nullable(),
      role: z.enum(['user', 'admin']),
    }),
    async ({ control, kernel }, { password, ...order }, origin) => {
      const given = password ?? generatePassword(kernel.random);
      const user = await createAccount(control.admin, { ...order, password: given }, origin);
      const { id, email, username, role } = user;
      return { id, email, username, role, generatedPassword: password === null ? given : null };
    },
  ),
  'admin.ban': command(
    z.strictObject({ ...naming, reason: z.string().max(500).nullable() }),
    async (deps, args, origin) => {
      const { id: userId, username } = userNamed(deps, args.user);
      const outcome = await banUser(deps.control.admin, { userId, actorId: null, origin }, args.reason);
      return { userId, username, ...outcome };
    },
  ),
  'admin.unban': command(z.strictObject(naming), async (deps, args, origin) => {
    const { id: userId, username } = userNamed(deps, args.user);
    return { userId, username, ...(await unbanUser(deps.control.admin, { userId, actorId: null, origin })) };
  }),
  'admin.resetLink': command(z.strictObject(naming), async (deps, args, origin) => {
    const { id: userId, username } = userNamed(deps, args.user);
    const waiting = await readResetLink(deps.control.admin, userId, origin);
    if (waiting === null) throw NoResetLink();
    return { userId, username, link: waiting.link, expiresAt: isoTime(waiting.expiresAt) };
  }),
  'settings.changed': command(
    z.strictObject({ key: z.string().min(1).max(100) }),
    async ({ control }, { key }, origin) =>
      write(control.core.db, (tx) =>
        control.admin.writeAudit(tx, {
          action: 'cli.settings.change',
          actorId: null,
          targetType: 'system',
          targetId: key,
          origin,
        }),
      ),
  ),
  seed: command(z.strictObject({ force: z.boolean() }), async ({ control, kernel }, { force }) => {
    const { db } = control.core;
    const { ids, clock } = kernel;
    return { problems: await seedProblems({ db, ids, clock, directory: builtInProblems() }, { force }) };
  }),
};

/** Carries out the commands that change data, for the control socket or a command without a server. */
export function createOperator(deps: OperatorDeps): Operator {
  return async ({ command: name, args, osUser }) => {
    const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (run === undefined) throw CommandUnknown({ command: name });
    try {
      return await run(deps, args, { ip: null, requestId: null, osUser });
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const message = error.issues
        .map((issue) => `${issue.path.join('.') || 'arguments'}: ${describeIssue(issue)}`)
        .join('; ');
      throw new DomainError({ code: 'VALIDATION_FAILED', status: 400, message });
    }
  };
}

/** An operator on a database that no server has: its planes are not there, their work waits for the next start. */
export function createOfflineOperator(options: {
  installation: Installation;
  config: Config;
  log: Log;
}): Operator {
  const { installation, config, log } = options;
  const kernel = createKernel(config, log);
  const baseUrl = () => config['server.publicUrl'] || `http://127.0.0.1:${config['server.port']}`;
  const collab = { plane: absentCollab, url: () => `${baseUrl().replace(/^http/, 'ws')}/collab` };
  const control = createControl({
    kernel,
    installation,
    collab,
    execution: absentExecution(config),
    baseUrl,
  });
  return createOperator({ control, kernel });
}
