import type { AuthorizeJoinResponse } from '../../../generated/api.ts';
import type { Member, Room } from '../tables.ts';
import { holdsSeat } from './membership.ts';

export type SocketFacts = {
  readonly room: Room | null;
  readonly member: Member | null;
  readonly login: 'live' | 'ended' | 'disabled';
  /** Milliseconds since 1970; null in the periodic question about an open socket. */
  readonly tokenIssuedAt: number | null;
  readonly now: number;
};

/** revive: dropped out, seat still kept, and back with a token. */
export type Admission =
  | { readonly verdict: 'denied'; readonly reason: NonNullable<AuthorizeJoinResponse['reason']> }
  | { readonly verdict: 'admitted' | 'revive'; readonly room: Room; readonly member: Member };

const inSeconds = (ms: number) => Math.floor(ms / 1000);

/** Tokens carry whole seconds: who left may come back within the same one. */
function isSuperseded({ removedAt }: Member, tokenIssuedAt: number | null): boolean {
  return tokenIssuedAt !== null && removedAt !== null && inSeconds(tokenIssuedAt) < inSeconds(removedAt);
}

/** Whether a socket may be open: room, account, login, membership, age of the token, presence. */
export function judgeSocket(facts: SocketFacts): Admission {
  const { room, member, login, tokenIssuedAt, now } = facts;
  const deny = (reason: NonNullable<AuthorizeJoinResponse['reason']>): Admission => ({
    verdict: 'denied',
    reason,
  });
  if (room === null) return deny('room-not-found');
  if (room.status === 'finished') return deny('room-finished');
  if (login === 'disabled') return deny('account-disabled');
  if (login === 'ended') return deny('login-ended');
  if (member === null) return deny('not-participant');
  if (member.standing === 'banned') return deny('participant-removed');
  if (isSuperseded(member, tokenIssuedAt)) return deny('token-superseded');
  if (member.isActive) return { verdict: 'admitted', room, member };
  const mayRevive = member.standing === 'member' && tokenIssuedAt !== null && holdsSeat(member, now);
  return mayRevive ? { verdict: 'revive', room, member } : deny('participant-inactive');
}
