import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Guest, refusal, type Tab } from './support/guest.ts';
import { gather, openRoom, openStage, type Stage } from './support/stage.ts';
import { isWithin } from './support/texts.ts';
import { until } from './support/wait.ts';

let stage: Stage;
let names = 0;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const newcomer = () => stage.guest(`person${++names}`);

async function trio() {
  const people = [await newcomer(), await newcomer(), await newcomer()] as const;
  const { room, tabs } = await gather(people[0], people.slice(1));
  const [host, candidate, observer] = tabs as [Tab, Tab, Tab];
  return { people, roomId: room.roomId, host, candidate, observer };
}

const setLock = (guest: Guest, roomId: string, isLocked: boolean) =>
  isLocked
    ? guest.api.call('POST /rooms/{roomId}/control/lock-editor', { params: { roomId } })
    : guest.api.call('POST /rooms/{roomId}/control/unlock-editor', { params: { roomId } });

const circle = {
  id: 'circle',
  type: 'ellipse',
  x: 1,
  y: 2,
  rotation: 0,
  props: {},
  z: 0,
  authorId: 'hint',
  layer: 'annotation',
  createdAt: 0,
};

/** Types a letter now and then, past every warning of the editor, until told to stop. */
function typeOn(tab: Tab, letter: string) {
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const text = tab.text();
      text.insert(text.length, letter);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  })();
  return () => {
    isOver = true;
    return done;
  };
}

describe('an observer [S29]', () => {
  it('may chat and annotate but not type: the edit is refused, thrown away and seen by nobody', async () => {
    const { people, roomId, host, observer } = await trio();
    expect(observer.connection.access).toEqual({ code: 'readonly', board: 'readonly', notes: 'read-write' });
    expect(observer.connection.canEdit('code')).toBe(false);
    await host.type('from the interviewer');
    await until('the observer reads along', () => `${observer.text()}` === 'from the interviewer');
    observer.text().insert(0, 'graffiti ');
    expect((await observer.closed(4014)).reason).toBe('stale:code');
    await observer.hears('write-rejected', { document: 'code', reason: 'read-only' });
    await until('a fresh copy', () => observer.renewed.includes('code'));
    await observer.settled();
    await until('what the others see', () => `${observer.text()}` === 'from the interviewer');
    expect(await stage.code(roomId)).toBe('from the interviewer');

    observer.connection.sendChat({ text: 'May I ask something?' });
    const { message } = await host.hears('chat-message-created');
    expect(message).toMatchObject({ text: 'May I ask something?', userId: people[2].userId });
    observer.connection.document('notes').getMap('whiteboard').set('circle', circle);
    await until('the note arrives', () =>
      host.connection.document('notes').getMap('whiteboard').has('circle'),
    );
    const run = people[2].api.call('POST /rooms/{roomId}/run', {
      params: { roomId },
      body: { language: 'python', code: 'print(1)', stdin: '' },
    });
    expect(await refusal(run)).toBe('403 ROOM_PERMISSION_DENIED');
  });

  it('who becomes candidate types at once, over the socket that was open', async () => {
    const { people, roomId, host, candidate, observer } = await trio();
    const give = (guest: Guest, role: 'candidate' | 'observer') =>
      people[0].api.call('PATCH /rooms/{roomId}/participants/{userId}', {
        params: { roomId, userId: guest.userId },
        body: { role },
      });
    await give(people[1], 'observer');
    await candidate.hears('access-changed', { role: 'observer', reason: 'role' });
    expect(candidate.connection.canEdit('code')).toBe(false);
    await give(people[2], 'candidate');
    await observer.hears('access-changed', { role: 'candidate', reason: 'role' });
    await observer.type('my turn');
    await until(
      'the others see it',
      () => `${host.text()}` === 'my turn' && `${candidate.text()}` === 'my turn',
    );
    candidate.text().insert(0, 'not any more ');
    await candidate.closed(4014);
    await candidate.settled();
    expect(await stage.code(roomId)).toBe('my turn');
    expect(observer.closes).toEqual([]);
  });
});

describe('the lock while two people type [S29]', () => {
  it('keeps what was acknowledged, lets in nothing after it, and gives way to new typing only', async () => {
    const { people, roomId, host, candidate } = await trio();
    for (const tab of [host, candidate]) tab.follow('python');
    const stops = [typeOn(host, 'h'), typeOn(candidate, 'c')];
    await until('both have typed', () =>
      [host, candidate].every((tab) => (tab.acknowledged.get('python') ?? '').length > 20),
    );
    await setLock(people[0], roomId, true);
    const atLock = [host, candidate].map((tab) => tab.acknowledged.get('python') ?? '');
    const locked = await stage.code(roomId);
    await Promise.all([host.closed(4014), candidate.closed(4014)]);
    await Promise.all(stops.map((stop) => stop()));

    // Whoever had typed more into the fresh copy was refused again; in the end both show what the server has.
    await Promise.all([host.settled(), candidate.settled()]);
    await until(
      'both show the text of the lock',
      () => `${host.text()}` === locked && `${candidate.text()}` === locked,
    );
    expect(atLock.map((text) => isWithin(text, locked))).toEqual([true, true]);
    expect(await stage.code(roomId)).toBe(locked);
    expect(host.heard('editor-lock', { locked: true })).toHaveLength(1);

    await setLock(people[0], roomId, false);
    await Promise.all([host, candidate].map((tab) => tab.hears('editor-lock', { locked: false })));
    await until('both may type', () =>
      [host, candidate].every(({ connection }) => connection.canEdit('code')),
    );
    await Promise.all([host.type(' I'), candidate.type(' C')]);
    await until('equal', () => `${host.text()}` === `${candidate.text()}`);
    const text = await stage.code(roomId);
    expect(text.length).toBe(locked.length + 4);
    expect(text.startsWith(locked)).toBe(true);
  });

  it('binds the host, and nobody but the host and the interviewer may set it', async () => {
    const { people, roomId, host } = await trio();
    expect(await refusal(setLock(people[1], roomId, true))).toBe('403 ROOM_PERMISSION_DENIED');
    expect(await refusal(setLock(people[2], roomId, true))).toBe('403 ROOM_PERMISSION_DENIED');
    await setLock(people[0], roomId, true);
    await host.hears('editor-lock', { locked: true, lockedBy: people[0].userId });
    expect(host.connection.canEdit('code')).toBe(false);
    expect(host.connection.access.board).toBe('read-write');
  });
});

describe('a full room', () => {
  it('refuses a third person, and nothing is stored of it', async () => {
    const [host, guest, third] = [await newcomer(), await newcomer(), await newcomer()];
    const room = await openRoom(host);
    const tab = await host.enter(room);
    await guest.join(room);
    expect(await refusal(third.join(room))).toBe('409 ROOM_FULL');
    const { roomId } = room;
    const seated = await host.api.call('GET /rooms/{roomId}/participants', { params: { roomId } });
    expect(seated.data.map(({ userId }) => userId)).toEqual([host.userId, guest.userId]);
    expect(tab.heard('participant-joined')).toHaveLength(1);
  });
});
