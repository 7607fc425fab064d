import type { Reader } from '../../db/types.ts';
import type { RoomNeighbours, UserName } from './deps.ts';

type Names = { readonly neighbours: Pick<RoomNeighbours, 'users'> };

/** Name of one user; a user without an entry has no name to show. */
export function nameOf(deps: Names, reader: Reader, userId: string): UserName {
  return pickName(deps.neighbours.users.names(reader, [userId]), userId);
}

/** A user's name among those that were read. */
export function pickName(names: ReadonlyMap<string, UserName>, userId: string): UserName {
  const name = names.get(userId);
  if (name === undefined) throw new Error(`No name was read for user ${userId}`);
  return name;
}

/** What people call somebody: display name, else username. */
export function callName({ displayName, username }: UserName): string {
  return displayName ?? username;
}
