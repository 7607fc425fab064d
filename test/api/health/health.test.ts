import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/server.ts';

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
