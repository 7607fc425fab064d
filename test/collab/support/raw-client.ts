import { once } from 'node:events';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { until } from './wait.ts';

export type RawMessage =
  | { name: string; kind: 'denied'; reason: string }
  | { name: string; kind: 'authenticated'; scope: string }
  | { name: string; kind: 'step1' | 'step2' | 'update'; bytes: Uint8Array }
  | { name: string; kind: 'awareness'; states: Map<number, unknown> }
  | { name: string; kind: 'status'; isApplied: boolean }
  | { name: string; kind: 'stateless'; type: string; data: Record<string, unknown> }
  | { name: string; kind: 'other'; type: number };

/** Speaks the protocol byte by byte: it can send what no provider of ours would. */
export class RawClient {
  readonly ws: WebSocket;
  readonly received: RawMessage[] = [];
  /** Follows what the server sends, by document. */
  readonly docs = new Map<string, Y.Doc>();
  closed: { code: number; reason: string } | null = null;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data: Buffer) => this.#take(new Uint8Array(data)));
    ws.on('error', () => {});
    ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<RawClient> {
    const client = new RawClient(new WebSocket(url, { headers }));
    await once(client.ws, 'open');
    return client;
  }

  doc(name: string): Y.Doc {
    const known = this.docs.get(name) ?? new Y.Doc();
    this.docs.set(name, known);
    return known;
  }

  send(bytes: Uint8Array): void {
    this.ws.send(bytes);
  }

  frame(name: string, write: (encoder: encoding.Encoder) => void): void {
    this.send(frameOf(name, write));
  }

  auth(name: string, token: string): void {
    this.frame(name, (encoder) => {
      encoding.writeVarUint(encoder, 2);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, token);
    });
  }

  sync(name: string, step: 0 | 1 | 2, bytes: Uint8Array): void {
    this.send(syncFrame(name, step, bytes));
  }

  stateless(name: string, type: string, data: unknown): void {
    this.frame(name, (encoder) => {
      encoding.writeVarUint(encoder, 5);
      encoding.writeVarString(encoder, JSON.stringify({ type, data, timestamp: new Date().toISOString() }));
    });
  }

  awareness(name: string, states: { clientId: number; clock: number; state: unknown }[]): void {
    const update = encoding.createEncoder();
    encoding.writeVarUint(update, states.length);
    for (const { clientId, clock, state } of states) {
      encoding.writeVarUint(update, clientId);
      encoding.writeVarUint(update, clock);
      encoding.writeVarString(update, JSON.stringify(state));
    }
    this.frame(name, (encoder) => {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint8Array(encoder, encoding.toUint8Array(update));
    });
  }

  /** Opens a document and follows it: Auth, SyncStep1, and the answer to the server's. */
  async join(name: string, token: string): Promise<Y.Doc> {
    const doc = this.doc(name);
    this.auth(name, token);
    this.sync(name, 0, Y.encodeStateVector(doc));
    await this.expect(`${name} synced`, (message) => message.name === name && message.kind === 'step2');
    return doc;
  }

  /** The first message received that fits, waiting for it if need be. */
  expect(what: string, fits: (message: RawMessage) => boolean, ms?: number): Promise<RawMessage> {
    return until(what, () => this.received.find(fits), ms);
  }

  async message(type: string, fits: (data: Record<string, unknown>) => boolean = () => true) {
    const found = await this.expect(
      type,
      (message) => message.kind === 'stateless' && message.type === type && fits(message.data),
    );
    return (found as Extract<RawMessage, { kind: 'stateless' }>).data;
  }

  async closeCode(ms?: number): Promise<number> {
    return (await until('the socket to close', () => this.closed, ms)).code;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.ws.terminate();
    await until('the socket to close', () => this.closed);
  }

  #take(bytes: Uint8Array): void {
    const message = readMessage(bytes);
    this.received.push(message);
    if (message.kind === 'step2' || message.kind === 'update')
      Y.applyUpdate(this.doc(message.name), message.bytes, 'server');
  }
}

export function frameOf(name: string, write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, name);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

export function syncFrame(name: string, step: 0 | 1 | 2, bytes: Uint8Array): Uint8Array {
  return frameOf(name, (encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}

/** What a frame of the server says. */
export function readMessage(bytes: Uint8Array): RawMessage {
  const decoder = decoding.createDecoder(bytes);
  const name = decoding.readVarString(decoder);
  const type = decoding.readVarUint(decoder);
  switch (type) {
    case 0:
    case 4: {
      const step = decoding.readVarUint(decoder);
      const kind = step === 0 ? 'step1' : step === 1 ? 'step2' : 'update';
      return { name, kind, bytes: decoding.readVarUint8Array(decoder).slice() };
    }
    case 1:
      return { name, kind: 'awareness', states: readStates(decoding.readVarUint8Array(decoder)) };
    case 2:
      return decoding.readVarUint(decoder) === 1
        ? { name, kind: 'denied', reason: decoding.readVarString(decoder) }
        : { name, kind: 'authenticated', scope: decoding.readVarString(decoder) };
    case 5: {
      const { type: said, data } = JSON.parse(decoding.readVarString(decoder));
      return { name, kind: 'stateless', type: said, data };
    }
    case 8:
      return { name, kind: 'status', isApplied: decoding.readVarUint(decoder) === 1 };
    default:
      return { name, kind: 'other', type };
  }
}

function readStates(update: Uint8Array): Map<number, unknown> {
  const decoder = decoding.createDecoder(update);
  const states = new Map<number, unknown>();
  for (let left = decoding.readVarUint(decoder); left > 0; left--) {
    const clientId = decoding.readVarUint(decoder);
    decoding.readVarUint(decoder);
    states.set(clientId, JSON.parse(decoding.readVarString(decoder)));
  }
  return states;
}

/** The update that `change` makes in a copy of the document, which stays as it is. */
export function updateOf(doc: Y.Doc, change: (copy: Y.Doc) => void): Uint8Array {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateVector(copy);
  const updates: Uint8Array[] = [];
  copy.on('update', (update: Uint8Array) => updates.push(update));
  change(copy);
  return updates.length > 0 ? Y.mergeUpdates(updates) : Y.encodeStateAsUpdate(copy, before);
}
