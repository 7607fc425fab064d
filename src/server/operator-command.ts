import type { z } from 'zod';
import type { HealthResponse } from '../generated/api.ts';
import type { Random } from '../kernel/random.ts';
import type { Origin } from '../ports/audit.ts';
import type { Control } from './control.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';
import type { ServerStatus } from './status.ts';

/** What only a running server can tell of itself. */
export type ServerView = { status(): ServerStatus; health(): Promise<HealthResponse> };

export type OperatorDeps = {
  readonly control: Control;
  readonly kernel: Kernel;
  readonly installation: Installation;
  /** Null where no server runs. */
  readonly view: ServerView | null;
};

/** Carries out one command whose arguments nobody has checked yet; those that do not fit are a ZodError. */
export type OperatorCommand = (
  deps: OperatorDeps,
  args: Record<string, unknown>,
  origin: Origin,
) => Promise<unknown>;

/** A command whose arguments are checked before it runs. */
export function command<Args>(
  schema: z.ZodType<Args>,
  run: (deps: OperatorDeps, args: Args, origin: Origin) => Promise<unknown>,
): OperatorCommand {
  return (deps, args, origin) => run(deps, schema.parse(args), origin);
}

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
