import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { write } from '../../../src/db/write.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestExecution } from '../runs/execution.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('getHealth', () => {
  it('is ok while everything that is switched on answers', async () => {
    const answer = await fetch(`${server.url}/health`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'ok',
      services: {
        database: 'ok',
        storage: 'ok',
        queue: 'ok',
        execution: 'disabled',
        ai: 'disabled',
        media: 'disabled',
      },
    });
  });

  const health = async (url: string) => {
    const answer = await fetch(`${url}/health`);
    return { status: answer.status, body: await answer.json() };
  };

  it('is degraded, and still 200, when a part that others can do without fails (a plane that says so) [S26]', async () => {
    const execution = { ...createTestExecution(), health: () => 'fail' as const };
    const other = await startTestServer({ execution });
    try {
      expect(await health(other.url)).toMatchObject({
        status: 200,
        body: { status: 'degraded', services: { execution: 'fail', queue: 'ok' } },
      });
    } finally {
      await other.close();
    }
  });

  it('is down, 503 with the same body, when the queue cannot be read (its table goes by another name)', async () => {
    const other = await startTestServer();
    const { db } = other.control.core;
    const rename = (from: string, to: string) =>
      write(db, (tx) => void tx.raw.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run());
    await rename('jobs', 'lost_jobs');
    try {
      expect(await health(other.url)).toMatchObject({
        status: 503,
        body: { status: 'down', services: { database: 'ok', queue: 'fail' } },
      });
    } finally {
      await rename('lost_jobs', 'jobs');
      await other.close();
    }
  });
});

describe('getInstance', () => {
  it('lists all eight languages and says why one is not there', async () => {
    const answer = await fetch(`${server.url}/instance`);
    expect(answer.status).toBe(200);
    const { languages, ai, media, mail, registrationOpen } = (await answer.json()) as Record<string, never>;
    expect({ ai, media, mail, registrationOpen }).toEqual({
      ai: { mode: 'off', available: false },
      media: false,
      mail: false,
      registrationOpen: true,
    });
    expect((languages as unknown as { language: string }[]).map(({ language }) => language)).toEqual([
      'python',
      'javascript',
      'typescript',
      'java',
      'cpp',
      'c',
      'go',
      'rust',
    ]);
  });
});
