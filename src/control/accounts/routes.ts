import { isUnchanged } from '../../http/etag.ts';
import { type Binding, type Client, operation } from '../../http/operation.ts';
import { TokenRevoked } from '../../kernel/errors.ts';
import type { Origin } from '../../ports/audit.ts';
import { changePassword } from './actions/change-password.ts';
import { login } from './actions/login.ts';
import { logout } from './actions/logout.ts';
import { getMe, updateMe } from './actions/profile.ts';
import { refreshSession } from './actions/refresh.ts';
import { register } from './actions/register.ts';
import { requestPasswordReset } from './actions/request-reset.ts';
import { resetPassword } from './actions/reset-password.ts';
import type { AccountsContext } from './context.ts';
import { createRefreshCookies, REFRESH_COOKIE } from './cookies.ts';

const originOf = ({ address, requestId }: Client): Origin => ({ ip: address, requestId });

/** Operations of sign-up, sign-in and passwords, and the own profile. */
export function accountRoutes(ctx: AccountsContext): readonly Binding[] {
  const cookies = createRefreshCookies(ctx.config);

  return [
    operation('register', {}, async ({ body, client, answer }) => {
      const { user, accessToken, refreshToken } = await register(ctx, body, originOf(client));
      return answer(201, { accessToken, user }, { 'Set-Cookie': cookies.set(refreshToken) });
    }),

    operation('login', {}, async ({ body, client, answer }) => {
      const request = { origin: originOf(client), refreshCookie: client.cookie(REFRESH_COOKIE) };
      const { user, accessToken, refreshToken } = await login(ctx, body, request);
      return answer(200, { accessToken, user }, { 'Set-Cookie': cookies.set(refreshToken) });
    }),

    operation(
      'refreshSession',
      { limit: 'refreshOfLogin' },
      async ({ cookies: sent, client, spend, answer }) => {
        const outcome = await refreshSession(ctx, sent.refreshToken, { origin: originOf(client), spend });
        if (outcome.kind === 'reused')
          throw TokenRevoked(undefined, { headers: { 'Set-Cookie': cookies.clear() } });
        const { user, accessToken, refreshToken } = outcome.signedIn;
        return answer(200, { accessToken, user }, { 'Set-Cookie': cookies.set(refreshToken) });
      },
    ),

    operation('logout', { limit: 'refreshOfLogin' }, async ({ cookies: sent, client, spend, answer }) => {
      await logout(ctx, sent.refreshToken, { origin: originOf(client), spend });
      return answer(204, undefined, { 'Set-Cookie': cookies.clear() });
    }),

    operation('changePassword', {}, async ({ user, body, client, answer }) => {
      const refreshToken = await changePassword(ctx, user, body, originOf(client));
      return answer(204, undefined, { 'Set-Cookie': cookies.set(refreshToken) });
    }),

    operation('requestPasswordReset', {}, async ({ body, client, answer }) => {
      await requestPasswordReset(ctx, body.email, originOf(client));
      return answer(204);
    }),

    operation('resetPassword', {}, async ({ body, client, answer }) => {
      await resetPassword(ctx, body, originOf(client));
      return answer(204, undefined, { 'Set-Cookie': cookies.clear() });
    }),

    operation('getMe', {}, ({ user, headers, answer }) => {
      const { profile, tag } = getMe(ctx, user.userId);
      return isUnchanged(headers['If-None-Match'], tag) ? answer(304) : answer(200, profile, { ETag: tag });
    }),

    operation('updateMe', {}, async ({ user, body, headers, answer }) => {
      const { profile, tag } = await updateMe(ctx, user, body, headers['If-Match']);
      return answer(200, profile, { ETag: tag });
    }),
  ];
}
