import { openSync, writeSync } from 'node:fs';
import { FakeControl, type FakeMember, FakeRoom } from '../support/fake-rooms.ts';
import { openMember } from '../support/members.ts';
import { RawClient } from '../support/raw-client.ts';

export type WritersOptions = {
  readonly url: string;
  readonly roomId: string;
  readonly members: readonly FakeMember[];
  /** File to which acknowledged words are appended. */
  readonly output: string;
  /** Distinguishes the words of this round. */
  readonly round: number;
};

/**
 * Types words and writes a line for each that the server has acknowledged: behind the product's client when it says
 * "everything saved", and behind the raw protocol at each SyncStatus. Ends by being killed.
 */
const options = JSON.parse(process.argv[2] ?? '') as WritersOptions;
const control = new FakeControl();
const room = control.adoptRoom(new FakeRoom(), options.roomId);
const output = openSync(options.output, 'a');
const acknowledge = (word: string) => writeSync(output, `${word}\n`);
const [first, second] = options.members as [FakeMember, FakeMember];

function typeBehindClient(): void {
  const member = openMember({ control, url: options.url }, room, first);
  let typed: string[] = [];
  let count = 0;
  setInterval(() => {
    if (!member.connection.canEdit('code')) return;
    const word = `c${options.round}.${count++}`;
    member.type(`${word};`);
    typed.push(word);
  }, 4);
  setInterval(() => {
    // Right after typing there is always something unsaved, so this is a pause in which everything is.
    if (member.connection.state.status !== 'live') return;
    for (const word of typed) acknowledge(word);
    typed = [];
  }, 1);
}

async function typeRaw(): Promise<void> {
  const client = await RawClient.open(options.url);
  const doc = await client.join(options.roomId, control.tokenOf(room, second));
  const sent: string[] = [];
  let acknowledged = 0;
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin !== 'server') client.sync(options.roomId, 2, update);
  });
  client.ws.on('message', () => {
    const all = client.received.filter((message) => message.kind === 'status' && message.isApplied).length;
    for (; acknowledged < all; acknowledged++) acknowledge(sent[acknowledged] as string);
  });
  let count = 0;
  setInterval(() => {
    const word = `r${options.round}.${count++}`;
    sent.push(word);
    const text = doc.getText('code:python');
    text.insert(text.length, `${word};`);
  }, 25);
}

typeBehindClient();
await typeRaw();
