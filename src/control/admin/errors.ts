import { defineError } from '../../kernel/errors.ts';

export const SelfModification = defineError(
  'ADMIN_SELF_MODIFICATION',
  409,
  'You cannot change your own role or ban',
);
export const TargetProtected = defineError(
  'ADMIN_TARGET_PROTECTED',
  409,
  'Administrators cannot be banned; take the role away first',
);

/** A name given on the command line fits several accounts; `userIds` are theirs. */
export class AmbiguousUser extends Error {
  override readonly name = 'AmbiguousUser';
  readonly userIds: readonly string[];

  constructor(given: string, userIds: readonly string[]) {
    super(`${given} fits ${userIds.length} accounts`);
    this.userIds = userIds;
  }
}
