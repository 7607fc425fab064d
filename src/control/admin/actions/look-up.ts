import type { Reader } from '../../../db/types.ts';
import { readPage } from '../../../kernel/paging.ts';
import type { UserRow } from '../../accounts/index.ts';
import {
  type AccountFilter,
  accountSortKey,
  countAccounts,
  countSubmissions,
  listAccounts,
  listLiveLogins,
  listRoomsOf,
} from '../queries-accounts.ts';

/** One page of accounts in alphabetical order, with the number of all that fit; a foreign cursor is VALIDATION_FAILED. */
export function readAccounts(
  reader: Reader,
  filter: AccountFilter,
  page: { readonly cursor: string | undefined; readonly limit: number },
) {
  const list = readPage<UserRow>(
    { ...page, sortOrder: 'asc' },
    ['accounts', filter],
    (request) => listAccounts(reader, filter, request),
    (user) => ({ value: accountSortKey(user), id: user.id }),
  );
  return { ...list, total: countAccounts(reader, filter) };
}

/** What an operator may want to know of an account before acting on it: no code, no messages. */
export function readAccount(reader: Reader, user: UserRow, now: number) {
  return {
    logins: listLiveLogins(reader, user.id, now),
    rooms: listRoomsOf(reader, user.id),
    submissions: countSubmissions(reader, user.id),
  };
}
