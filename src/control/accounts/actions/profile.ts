import { write } from '../../../db/write.ts';
import type { UpdateProfileRequest, UserProfile } from '../../../generated/api.ts';
import { checkIfMatch, weakTag } from '../../../http/etag.ts';
import { Unauthorized } from '../../../kernel/errors.ts';
import type { Caller } from '../../../ports/callers.ts';
import { checkCaller } from '../callers.ts';
import type { AccountsContext } from '../context.ts';
import { ProfileUsernameTaken } from '../errors.ts';
import { showProfile } from '../profile.ts';
import { findCaller, findUser, isUsernameTaken, updateProfile } from '../queries/users.ts';
import { blankToNull, isReservedUsername } from '../rules/identity.ts';

/** The own profile with its ETag. */
export type TaggedProfile = { readonly profile: UserProfile; readonly tag: string };

/** Reads the own profile. */
export function getMe(ctx: AccountsContext, userId: string): TaggedProfile {
  const user = findUser(ctx.db, userId);
  if (user === null) throw Unauthorized();
  const profile = showProfile(ctx, ctx.db, user);
  return { profile, tag: weakTag(user.updatedAt, profile) };
}

function readChanges(body: UpdateProfileRequest) {
  return {
    ...(body.username === undefined ? {} : { username: body.username }),
    ...(body.displayName === undefined ? {} : { displayName: blankToNull(body.displayName) }),
    ...(body.bio === undefined ? {} : { bio: blankToNull(body.bio) }),
    ...(body.avatarUrl === undefined ? {} : { avatarKey: null }),
  };
}

/** Changes the fields that are given; a stale ifMatch is PRECONDITION_FAILED and changes nothing. */
export async function updateMe(
  ctx: AccountsContext,
  caller: Pick<Caller, 'userId' | 'sid'>,
  body: UpdateProfileRequest,
  ifMatch: string | undefined,
): Promise<TaggedProfile> {
  const { userId, sid } = caller;
  await write(ctx.db, (tx) => {
    checkCaller(findCaller(tx, userId, sid));
    const user = findUser(tx, userId);
    if (user === null) throw Unauthorized();
    checkIfMatch(ifMatch, user.updatedAt);
    const changes = readChanges(body);
    const { username } = changes;
    if (username !== undefined && (isReservedUsername(username) || isUsernameTaken(tx, username, userId)))
      throw ProfileUsernameTaken();
    // Two changes within a millisecond must not look like one to If-Match.
    const updatedAt = Math.max(ctx.kernel.clock.now(), user.updatedAt + 1);
    updateProfile(tx, userId, { ...changes, updatedAt });
  });
  return getMe(ctx, userId);
}
