import WebSocket from 'ws';
import type { Doc } from 'yjs';
import type { DocumentKind } from '../../src/client/close-reactions.ts';
import {
  openRoomConnection,
  type RoomConnection,
  type RoomMessage,
} from '../../src/client/room-connection.ts';
import type { CollabConnection } from '../../src/generated/api.ts';
import { between, pick } from '../support/random.ts';
import type { Body, Ledger } from './ledger.ts';
import type { Person } from './person.ts';

/**
 * careful: one edit at a time, each after the acknowledgement of the last, where that is allowed; so what is refused is
 * known for certain. careless: the same, allowed or not. hasty: many at a time.
 */
export type Style = 'careful' | 'careless' | 'hasty';

export type TypistOptions = {
  readonly person: Person;
  readonly roomId: string;
  readonly collab: CollabConnection;
  readonly style: Style;
  /** Begins all marks of this typist in this round. */
  readonly prefix: string;
  readonly ledger: Ledger;
  readonly random: () => number;
};

type Act = { readonly kind: 'insert' | 'erase'; readonly doc: DocumentKind; readonly mark: string };

const HASTY_BURST = 8;
const DOCUMENTS: readonly DocumentKind[] = ['code', 'code', 'code', 'code', 'board', 'notes'];
/** What is refused costs a reconnect, so half of it is what observers may write. */
const CARELESS_DOCUMENTS: readonly DocumentKind[] = ['code', 'board', 'notes', 'notes'];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Somebody who types into the documents of a room and chats, and notes what the server has acknowledged. */
export class Typist {
  readonly #options: TypistOptions;
  readonly #connection: RoomConnection;
  readonly #shown = new Set<DocumentKind>();
  #outstanding: Act[] = [];
  /** Acknowledged words of the code that still stand. */
  readonly #words: string[] = [];
  #count = 0;
  #isQuiet = false;
  /** Edits of which it is known what became of them. */
  settled = 0;

  constructor(options: TypistOptions) {
    this.#options = options;
    const { person, roomId, collab } = options;
    this.#connection = openRoomConnection({
      collab,
      calls: {
        read: async () => (await person.api.call('GET /rooms/{roomId}', { params: { roomId } })).collab,
        join: () => person.join(roomId),
      },
      webSocket: WebSocket,
      handlers: {
        onState: () => this.#settle(),
        onDocument: (kind) => this.#show(kind),
        onMessage: (message) => this.#hear(message),
      },
    });
  }

  /** Types for ever; ends with the process. */
  async run(): Promise<void> {
    const { random, style } = this.#options;
    for (let turn = 1; ; turn++) {
      await pause(style === 'hasty' ? between(random, 3, 25) : between(random, 5, 60));
      if (this.#isQuiet || !this.#isSynced()) continue;
      if (random() < 0.03) this.#connection.sendChat({ text: `${this.#options.prefix} says ${turn}` });
      this.#edit();
      const isBreak = style !== 'hasty' || turn % HASTY_BURST === 0;
      while (isBreak && this.#outstanding.length > 0) await pause(3);
    }
  }

  /** Ends typing; resolves when everything typed is acknowledged or refused. */
  async quiet(): Promise<void> {
    this.#isQuiet = true;
    while (this.#outstanding.length > 0 || !this.#isSynced()) await pause(10);
  }

  #isSynced(): boolean {
    const { status } = this.#connection.state;
    return (
      status === 'live' || status === 'read-only' || (status === 'saving' && this.#options.style === 'hasty')
    );
  }

  #edit(): void {
    const { random, style, prefix } = this.#options;
    const doc = pick(random, style === 'careless' ? CARELESS_DOCUMENTS : DOCUMENTS);
    if (style !== 'careless' && !this.#connection.canEdit(doc)) return;
    // Only a careful typist is sure that a word still stands.
    if (doc === 'code' && style === 'careful' && this.#words.length > 4 && random() < 0.15) {
      this.#erase(this.#words.splice(Math.floor(random() * this.#words.length), 1)[0] ?? '');
      return;
    }
    const mark = `${prefix}.${this.#count++}`;
    this.#outstanding.push({ kind: 'insert', doc, mark });
    insertMark(this.#connection.document(doc), doc, mark, random);
    this.#expectUnsaved();
  }

  #erase(mark: string): void {
    const { roomId, ledger } = this.#options;
    const text = this.#connection.document('code').getText('code:python');
    const at = `;${text.toString()}`.indexOf(`;${mark};`);
    if (at < 0) {
      ledger.add({
        kind: 'fault',
        what: `the acknowledged word ${mark} has vanished from its author's copy`,
      });
      return;
    }
    ledger.add({ kind: 'erasing', roomId, doc: 'code', mark });
    this.#outstanding.push({ kind: 'erase', doc: 'code', mark });
    text.delete(at, mark.length + 1);
    this.#expectUnsaved();
  }

  /** Else the acknowledgement of this edit would be that of an earlier one. */
  #expectUnsaved(): void {
    const { status } = this.#connection.state;
    if (status === 'live' || status === 'read-only')
      this.#options.ledger.add({ kind: 'fault', what: 'an edit was shown as saved before it was sent' });
  }

  #settle(): void {
    const { status } = this.#connection.state;
    const { ledger, roomId, person } = this.#options;
    if (status === 'ended') {
      const why = JSON.stringify(this.#connection.state);
      ledger.add({ kind: 'fault', what: `the connection of ${person.name} has ended: ${why}` });
    }
    if (status !== 'live' && status !== 'read-only') return;
    for (const { kind, doc, mark } of this.#outstanding.splice(0)) {
      ledger.add({ kind: kind === 'insert' ? 'saved' : 'erased', roomId, doc, mark });
      if (kind === 'insert' && doc === 'code') this.#words.push(mark);
      this.settled++;
    }
  }

  /** A fresh document takes the place of one with refused edits. */
  #show(doc: DocumentKind): void {
    if (!this.#shown.has(doc)) {
      this.#shown.add(doc);
      return;
    }
    const { ledger, roomId, style } = this.#options;
    const gone = this.#outstanding.filter((act) => act.doc === doc);
    this.#outstanding = this.#outstanding.filter((act) => act.doc !== doc);
    // Of many at a time some were taken before the refusal.
    if (style === 'hasty') return;
    this.settled += gone.length;
    for (const { kind, mark } of gone)
      if (kind === 'insert') ledger.add({ kind: 'refused', roomId, doc, mark });
  }

  #hear({ type, data }: RoomMessage): void {
    const { ledger, roomId } = this.#options;
    const { status } = data as { status: string };
    if (type === 'chat-message-created') ledger.add({ kind: 'chat', roomId, message: data.message as Body });
    if (type === 'run-completed')
      ledger.add({ kind: 'pushed', id: String(data.jobId), status, end: data.outcome });
    if (type === 'submission-completed')
      ledger.add({ kind: 'pushed', id: String(data.submissionId), status, end: data.verdict });
  }
}

/** Marks stand alone: words of a text between semicolons, keys of a map. */
function insertMark(document: Doc, kind: DocumentKind, mark: string, random: () => number): void {
  if (kind === 'code') {
    const text = document.getText('code:python');
    const whole = text.toString();
    const after = whole.indexOf(';', Math.floor(random() * (whole.length + 1)));
    text.insert(after + 1, `${mark};`);
    return;
  }
  const layer = kind === 'board' ? 'drawing' : 'annotation';
  const place = { x: random() * 1000, y: random() * 1000, rotation: 0, z: 1 };
  const record = { id: mark, type: 'rect', ...place, props: {}, authorId: 'me', layer, createdAt: '' };
  document.getMap('whiteboard').set(mark, record);
}

/** The marks in a document. */
export function listMarks(document: Doc, kind: DocumentKind): Set<string> {
  if (kind === 'code') return new Set(document.getText('code:python').toString().split(';'));
  return new Set(document.getMap('whiteboard').keys());
}
