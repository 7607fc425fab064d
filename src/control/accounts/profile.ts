import type { Reader } from '../../db/types.ts';
import type { PublicProfile, UserProfile } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import type { AccountsContext } from './context.ts';
import { DELETED_USERNAME } from './rules/identity.ts';
import type { UserRow } from './tables.ts';

/** URL of a stored picture; null without one. */
export function avatarUrl(baseUrl: string, avatarKey: string | null): string | null {
  return avatarKey === null ? null : `${baseUrl}/files/avatars/${avatarKey}`;
}

/** The own profile as its owner sees it. */
export function showProfile(ctx: AccountsContext, reader: Reader, user: UserRow): UserProfile {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    displayName: user.displayName,
    role: user.role,
    avatarUrl: avatarUrl(ctx.baseUrl(), user.avatarKey),
    bio: user.bio,
    stats: ctx.ports.readStats(reader, user.id, ctx.kernel.clock.now()),
    createdAt: isoTime(user.createdAt),
    updatedAt: isoTime(user.updatedAt),
  };
}

type Named = Pick<UserRow, 'username' | 'displayName' | 'avatarKey' | 'deletedAt'>;

/** How others see a user. */
export type UserName = Pick<PublicProfile, 'username' | 'displayName' | 'avatarUrl'>;

/** A user's name for others; deleted accounts go by a stand-in. */
export function showName(baseUrl: string, user: Named): UserName {
  if (user.deletedAt !== null)
    return { username: DELETED_USERNAME, displayName: 'Deleted user', avatarUrl: null };
  const { username, displayName, avatarKey } = user;
  return { username, displayName, avatarUrl: avatarUrl(baseUrl, avatarKey) };
}
