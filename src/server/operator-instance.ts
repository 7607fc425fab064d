import { z } from 'zod';
import { type KeyPurpose, keyPurposes, rotateKey } from '../config/keys.ts';
import type { Config } from '../config/schema.ts';
import { builtInProblems, seedProblems } from '../control/problems/index.ts';
import { write } from '../db/write.ts';
import { isoTime } from '../kernel/clock.ts';
import { defineError } from '../kernel/errors.ts';
import { command, type OperatorCommand, type OperatorDeps } from './operator-command.ts';

const ServerNeeded = defineError('SERVER_NOT_RUNNING', 409, 'Only a running server can tell this');
const RotatedLately = defineError(
  'KEYS_ROTATED_LATELY',
  409,
  'The keys before the present ones are still in use, and a second rotation makes them worthless',
);

/** How long tokens live that a key has signed; 0 for keys that sign none. */
function lifeOf(config: Config, purpose: KeyPurpose): number {
  if (purpose === 'access') return config['timers.accessTokenMs'];
  if (purpose === 'refresh') return config['timers.refreshTokenMs'];
  if (purpose === 'collab') return config['timers.collabTokenMs'];
  return purpose === 'files' ? FILE_URL_MS : 0;
}
const FILE_URL_MS = 15 * 60_000;

/** Purposes whose previous key has not outlived its tokens yet. */
function stillInUse({ installation, kernel }: OperatorDeps, purposes: readonly KeyPurpose[]): KeyPurpose[] {
  return purposes.filter((purpose) => {
    const { previous } = installation.keys.pair(purpose);
    return previous !== null && previous.retiredAtMs + lifeOf(kernel.config, purpose) > kernel.clock.now();
  });
}

type Rotation = { readonly purposes: readonly KeyPurpose[]; readonly force: boolean };

const rotateKeys = command<Rotation>(
  z.strictObject({ purposes: z.array(z.enum(keyPurposes)).min(1), force: z.boolean() }),
  async (deps, { purposes, force }, origin) => {
    const { control, kernel, installation } = deps;
    const inUse = stillInUse(deps, purposes);
    if (inUse.length > 0 && !force) throw RotatedLately({ purposes: inUse });
    const now = kernel.clock.now();
    await write(control.core.db, (tx) => {
      control.admin.writeAudit(tx, {
        action: 'cli.keys.rotate',
        actorId: null,
        targetType: 'system',
        targetId: 'keys',
        metadata: { purposes },
        origin,
      });
      // Within the transaction: without an entry in the log no key is changed.
      for (const purpose of purposes) rotateKey(installation.paths.keys, purpose, kernel.random, now);
    });
    installation.keys.reload();
    const keys = purposes.map((purpose) => ({
      purpose,
      kid: installation.keys.pair(purpose).current.kid,
      previousAcceptedUntil: isoTime(now + lifeOf(kernel.config, purpose)),
    }));
    return { keys };
  },
);

function viewOf({ view }: OperatorDeps) {
  if (view === null) throw ServerNeeded();
  return view;
}

/** Commands on the installation as a whole. */
export const instanceCommands: Readonly<Record<string, OperatorCommand>> = {
  'keys.rotate': rotateKeys,
  status: command(z.strictObject({}), async (deps) => viewOf(deps).status()),
  health: command(z.strictObject({}), (deps) => viewOf(deps).health()),
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
