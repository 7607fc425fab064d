import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/kernel/log.ts';

const lines: string[] = [];
const log = createLog('debug', { write: (line: string) => void lines.push(line) });

describe('a log line', () => {
  it('has no secrets of fields, of requests, and of exceptions that carry them, at the end of a process too [S13]', () => {
    const carried = {
      password: 'hush',
      headers: {
        authorization: 'Bearer hush',
        cookie: 'refreshToken=hush',
        'set-cookie': 'refreshToken=hush',
      },
      body: { currentPassword: 'hush', newPassword: 'hush', token: 'hush', stdin: 'hush' },
      link: 'http://127.0.0.1/app/reset-password#hush',
    };
    const failed = Object.assign(new Error('the disk is full'), carried);
    log.info({ ...carried, accessToken: 'hush', refreshToken: 'hush', secret: 'hush' }, 'request');
    log.error({ err: failed, request: carried }, 'request failed');
    log.fatal({ err: Object.assign(new Error('again'), { cause: failed }) }, 'the server failed');
    expect(lines).toHaveLength(3);
    expect(lines.join()).toContain('the disk is full');
    for (const line of lines) expect(line).not.toContain('hush');
  });
});
