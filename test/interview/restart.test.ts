import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Tab } from './support/guest.ts';
import { gather, openStage, type Stage } from './support/stage.ts';
import { countOf, isWithin } from './support/texts.ts';
import { startTyping } from './support/typing.ts';
import { until } from './support/wait.ts';

let directory: string;
let stage: Stage;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'syncode-restart-'));
});
afterEach(async () => {
  await stage.close();
  rmSync(directory, { recursive: true, force: true });
});

it('a graceful stop while people type loses nothing, and the same people go on after a start at the same address', async () => {
  stage = await openStage({ directory });
  const port = stage.server.port;
  const host = await stage.guest('ada');
  const guest = await stage.guest('bob');
  const { room, tabs } = await gather(host, [guest]);
  const [hostTab, guestTab] = tabs as [Tab, Tab];
  const { roomId } = room;
  await host.advance(roomId, 'warmup');
  await host.advance(roomId, 'coding');
  guestTab.connection.sendChat({ text: 'before the restart' });
  await hostTab.hears('chat-message-created');

  for (const tab of tabs) tab.follow('python');
  const hands = [startTyping(hostTab, 'h'), startTyping(guestTab, 'g')] as const;
  await until('both have typed', () =>
    tabs.every((tab) => (tab.acknowledged.get('python') ?? '').length > 20),
  );
  await stage.server.close();
  const acknowledged = tabs.map((tab) => tab.acknowledged.get('python') ?? '');
  for (const tab of tabs) {
    await tab.hears('server-restarting');
    expect(tab.closes[0]?.code).toBe(1012);
  }
  await until('both go on typing offline', () =>
    hands.every((hand, at) => hand.typed() > (acknowledged[at]?.length ?? 0)),
  );

  const guests = stage.release();
  stage = await openStage({ directory, settings: { 'server.port': port } });
  for (const one of guests) stage.adopt(one);
  const stored = await stage.code(roomId);
  expect(acknowledged.map((text) => isWithin(text, stored))).toEqual([true, true]);

  await until('both are back', () => tabs.every((tab) => tab.heard('room-state').length === 2));
  const typed = await Promise.all(hands.map((hand) => hand.stop()));
  await Promise.all(tabs.map((tab) => tab.settled()));
  await until('the same for both', () => `${hostTab.text()}` === `${guestTab.text()}`);
  const text = await stage.code(roomId);
  expect(text).toBe(`${hostTab.text()}`);
  expect([countOf('h', text), countOf('g', text)]).toEqual(typed);

  const state = hostTab.heard('room-state')[1];
  expect(state).toMatchObject({ phase: 'coding', editorLocked: false, language: 'python' });
  const history = guestTab.heard('chat-history')[1];
  expect(history?.messages).toEqual([
    expect.objectContaining({ text: 'before the restart', userId: guest.userId }),
  ]);
  await host.advance(roomId, 'finished');
  for (const tab of tabs) await tab.ended('room-closed');
});
