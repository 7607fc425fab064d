import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { AccountsContext } from '../context.ts';
import {
  closeResetRequest,
  countResetRequests,
  findOpenResetRequest,
  insertResetRequest,
  insertResetToken,
  voidResetTokens,
} from '../queries/resets.ts';
import { findByEmail } from '../queries/users.ts';
import type { UserRow } from '../tables.ts';

const HOUR_MS = 3_600_000;
const TOKEN_BYTES = 32;

/** Kind of the background job that looks up the address of a reset request. */
export const RESET_JOB_KIND = 'accounts.resetLink';
const payloadSchema = z.strictObject({ requestId: z.uuid() });

/** Reset tokens are stored as this hash only. */
export function hashResetToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/**
 * Takes a request for a reset link. Known and unknown addresses leave the same rows; what is above the limit of an
 * address is dropped without a word.
 */
export async function requestPasswordReset(
  ctx: AccountsContext,
  email: string,
  origin: Origin,
): Promise<void> {
  const addressKey = ctx.secrets.hashIdentifier(`reset:${email}`);
  const limit = ctx.config['limits.resetMailsPerAccountPerHour'];
  await write(ctx.db, (tx) => {
    const now = ctx.kernel.clock.now();
    if (limit > 0 && countResetRequests(tx, addressKey, now - HOUR_MS) >= limit) return;
    const id = ctx.kernel.ids.next();
    const { ip, requestId } = origin;
    insertResetRequest(tx, { id, addressKey, address: email, ip, requestId, requestedAt: now });
    ctx.ports.enqueue(tx, {
      jobId: ctx.kernel.ids.next(),
      kind: RESET_JOB_KIND,
      lane: null,
      userId: null,
      roomId: null,
      payload: { requestId: id },
    });
  });
}

/** The job: makes and mails a token when the address has an account. Repeating it does nothing. */
export async function sendResetLink(ctx: AccountsContext, payload: unknown): Promise<void> {
  const { requestId } = payloadSchema.parse(payload);
  const token = Buffer.from(ctx.kernel.random.bytes(TOKEN_BYTES)).toString('base64url');
  await write(ctx.db, (tx) => {
    const request = findOpenResetRequest(tx, requestId);
    if (request === null) return;
    const now = ctx.kernel.clock.now();
    const user = request.address === null ? null : findByEmail(tx, request.address);
    if (user !== null) issueToken(ctx, tx, user, token);
    ctx.ports.writeAudit(tx, {
      action: 'auth.password_reset_request',
      actorId: null,
      targetType: 'user',
      targetId: user?.id ?? 'unknown',
      metadata: { addressHash: request.addressKey },
      origin: { ip: request.ip, requestId: request.requestId },
    });
    closeResetRequest(tx, requestId, now);
  });
}

/** The newest token is the only one that counts. */
function issueToken(ctx: AccountsContext, tx: Tx, user: UserRow, token: string): void {
  const now = ctx.kernel.clock.now();
  const expiresAt = now + ctx.config['timers.resetTokenMs'];
  voidResetTokens(tx, user.id, now);
  insertResetToken(tx, {
    id: ctx.kernel.ids.next(),
    userId: user.id,
    tokenHash: hashResetToken(token),
    createdAt: now,
    expiresAt,
  });
  // In the fragment, which browsers send to nobody.
  const link = `${ctx.baseUrl()}/app/reset-password#${token}`;
  ctx.ports.mail.queueResetLink(tx, { userId: user.id, to: user.email, link, expiresAt });
}
