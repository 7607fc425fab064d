import { duration, durationOrOff, interval, YEAR_MS } from './setting.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const timerSettings = {
  'timers.accessTokenMs': duration(15 * MINUTE, 'Life of an access token'),
  'timers.refreshTokenMs': duration(7 * DAY, 'Life of a refresh token from its issue'),
  'timers.loginMs': duration(30 * DAY, 'Longest life of one login, however often it is refreshed'),
  'timers.refreshReuseGraceMs': durationOrOff(
    10 * SECOND,
    'Time in which a spent refresh token still gives a successor',
  ),
  'timers.collabTokenMs': duration(15 * MINUTE, 'Time to connect with a collaboration token'),
  'timers.resetTokenMs': duration(HOUR, 'Life of a password reset link'),
  'timers.failedPasswordWindowMs': duration(15 * MINUTE, 'Time within which failed passwords count together'),
  'timers.lockoutMs': duration(
    15 * MINUTE,
    'First lock-out after too many failed passwords; doubles with each repetition',
  ),
  'timers.lockoutMaxMs': duration(DAY, 'Longest lock-out'),
  'timers.lockoutForgetMs': duration(DAY, 'Time without a failure after which lock-outs are forgotten'),
  'timers.idempotencyKeyMs': duration(DAY, 'Time for which an idempotency key is remembered'),
  'timers.jobResultMs': duration(DAY, 'Time for which results of runs can be fetched'),
  'timers.auditLogMs': duration(YEAR_MS, 'Time for which audit entries are kept'),
  'timers.seatReservationMs': duration(
    5 * MINUTE,
    'Time for which seat and role of a dropped member are kept',
  ),
  'timers.roleSwapMs': duration(2 * MINUTE, 'Time to answer a role swap'),
  'timers.roomAbandonedMs': duration(
    10 * MINUTE,
    'Time without anybody active after which a room is finished',
  ),
  'timers.roomLifetimeMs': duration(DAY, 'Longest life of a room'),
  'timers.roomClosingWarningMs': duration(5 * MINUTE, 'How long before the end of its life a room is warned'),
  'timers.disconnectGraceMs': interval(
    10 * SECOND,
    'Time after the last socket is gone until its user counts as away',
  ),
  'timers.presenceMs': duration(90 * SECOND, 'Time without a sign of life until a member counts as away'),
  'timers.presenceSweepMs': interval(
    30 * SECOND,
    'Interval of the search for members without a sign of life',
  ),
  'timers.roomSweepMs': interval(MINUTE, 'Interval of the search for abandoned and expired rooms'),
  'timers.codingTickMs': interval(10 * SECOND, 'Interval at which a running coding timer is written down'),
  'timers.phaseCheckMs': interval(SECOND, 'Interval of the search for coding phases at their time limit'),
  'timers.cleanUpMs': interval(
    10 * MINUTE,
    'Interval at which expired rows (tokens, keys, results) are removed',
  ),
  'timers.socketAdmissionMs': interval(10 * SECOND, 'Time for a new socket to be admitted to a document'),
  'timers.socketPingMs': interval(30 * SECOND, 'Interval of pings on open sockets'),
  'timers.heartbeatMs': interval(
    30 * SECOND,
    'Interval at which users with live sockets are reported as present',
  ),
  'timers.accessRecheckMs': interval(MINUTE, 'Interval at which rights of connected users are checked again'),
  'timers.documentUnloadMs': interval(
    5 * MINUTE,
    'Time without sockets after which a room is unloaded from memory',
  ),
  'timers.compactionMs': interval(2 * SECOND, 'Quiet time after which a document is compacted'),
  'timers.compactionMaxMs': interval(10 * SECOND, 'Longest time between two compactions of a busy document'),
  'timers.snapshotMs': interval(
    30 * SECOND,
    'Interval at which the code of rooms with somebody connected is kept if it has changed',
  ),
  'timers.drainMs': interval(10 * SECOND, 'Longest time that a graceful stop may take'),
} as const;
