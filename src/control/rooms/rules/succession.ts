import type { RoomRole } from '../../../generated/api.ts';
import type { Member } from '../tables.ts';

type Heir = Pick<Member, 'userId' | 'role' | 'isActive' | 'joinedAt'>;

const rank: Record<RoomRole, number> = { interviewer: 0, candidate: 1, observer: 2 };

/** Who becomes host after `hostId`: the active interviewer, else candidate, else the observer who joined first. */
export function nextHost(members: readonly Heir[], hostId: string): string | null {
  const heirs = members.filter((member) => member.isActive && member.userId !== hostId);
  heirs.sort(
    (a, b) => rank[a.role] - rank[b.role] || a.joinedAt - b.joinedAt || (a.userId < b.userId ? -1 : 1),
  );
  return heirs[0]?.userId ?? null;
}
