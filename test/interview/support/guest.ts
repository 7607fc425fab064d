import { isDeepStrictEqual } from 'node:util';
import WebSocket from 'ws';
import type { Text } from 'yjs';
import { type Api, ApiError, createApi } from '../../../src/client/api.ts';
import type { DocumentKind } from '../../../src/client/close-reactions.ts';
import {
  openRoomConnection,
  type RoomConnection,
  type RoomMessage,
} from '../../../src/client/room-connection.ts';
import type {
  CollabConnection,
  JoinRoomResponse,
  Operations,
  SupportedLanguage,
} from '../../../src/generated/api.ts';
import { until } from './wait.ts';

const PASSWORD = 'correct horse battery';

export type Close = { readonly code: number; readonly reason: string };
type Facts = Readonly<Record<string, unknown>>;

/** One opening of a room: a tab of a browser with its documents, and everything that was seen through it. */
export class Tab {
  readonly connection: RoomConnection;
  readonly messages: RoomMessage[] = [];
  readonly states: string[] = [];
  readonly closes: Close[] = [];
  /** Documents that took the place of earlier ones. */
  readonly renewed: DocumentKind[] = [];
  /** The active text of a language when the server last said that it has everything, by language. */
  readonly acknowledged = new Map<SupportedLanguage, string>();

  constructor(collab: CollabConnection, calls: Parameters<typeof openRoomConnection>[0]['calls']) {
    const { closes } = this;
    class Recorded extends WebSocket {
      constructor(address: string) {
        super(address);
        this.on('close', (code, reason) => closes.push({ code, reason: reason.toString() }));
      }
    }
    const known = new Set<DocumentKind>();
    this.connection = openRoomConnection({
      collab,
      calls,
      webSocket: Recorded,
      handlers: {
        onMessage: (message) => this.messages.push(message),
        onState: (state) => {
          this.states.push(state.status === 'ended' ? `ended: ${state.reason}` : state.status);
          if (state.status === 'live') for (const language of this.acknowledged.keys()) this.follow(language);
        },
        onDocument: (kind) => {
          if (known.has(kind)) this.renewed.push(kind);
          known.add(kind);
        },
      },
    });
  }

  /** Keeps the text of this language each time that everything is acknowledged. */
  follow(language: SupportedLanguage): void {
    this.acknowledged.set(language, `${this.text(language)}`);
  }

  text(language: SupportedLanguage = 'python'): Text {
    return this.connection.document('code').getText(`code:${language}`);
  }

  /** Connected, and the server has everything. */
  async settled(): Promise<void> {
    await until('connected and saved', () => ['live', 'read-only'].includes(this.connection.state.status));
  }

  /** Types at the end of the text and waits until the server has it. */
  async type(words: string, language: SupportedLanguage = 'python'): Promise<void> {
    for (let at = 0; at < words.length; at += 5) {
      const text = this.text(language);
      text.insert(text.length, words.slice(at, at + 5));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.settled();
  }

  /** The first message of a type whose data has these values; waits for it. */
  async hears(type: string, facts: Facts = {}): Promise<Record<string, unknown>> {
    const found = await until(`${type} ${JSON.stringify(facts)}`, () => this.heard(type, facts)[0]);
    return found;
  }

  /** All messages of a type so far whose data has these values. */
  heard(type: string, facts: Facts = {}): Record<string, unknown>[] {
    return this.messages
      .filter((message) => message.type === type)
      .map(({ data }) => data)
      .filter((data) => Object.entries(facts).every(([key, value]) => isDeepStrictEqual(data[key], value)));
  }

  async closed(code: number): Promise<Close> {
    return until(`close code ${code}`, () => this.closes.find((close) => close.code === code));
  }

  async ended(reason: string): Promise<void> {
    await until(`ended: ${reason}`, () => this.states.at(-1) === `ended: ${reason}`);
  }
}

export type RoomKey = { readonly roomId: string; readonly roomCode?: string | null };
type JoinBody = NonNullable<Operations['joinRoom']['body']>;

/** Somebody with an account, signed in over HTTP. */
export class Guest {
  readonly name: string;
  readonly api: Api;
  readonly tabs: Tab[] = [];
  userId = '';

  constructor(name: string, baseUrl: string) {
    this.name = name;
    this.api = createApi({ baseUrl, keepsCookies: true });
  }

  async register(): Promise<this> {
    const body = { username: this.name, email: `${this.name}@example.org`, password: PASSWORD };
    const { user } = await this.api.call('POST /auth/register', { body });
    this.userId = user.id;
    return this;
  }

  async signIn(): Promise<this> {
    const { user } = await this.api.call('POST /auth/login', {
      body: { identifier: this.name, password: PASSWORD },
    });
    this.userId = user.id;
    return this;
  }

  /** Joins over HTTP only. */
  join({ roomId, roomCode }: RoomKey, body: JoinBody = {}): Promise<JoinRoomResponse> {
    const code = typeof roomCode === 'string' ? { roomCode } : {};
    return this.api.call('POST /rooms/{roomId}/join', { params: { roomId }, body: { ...code, ...body } });
  }

  /** Opens a socket with what a join gave, without waiting. */
  open(roomId: string, collab: CollabConnection): Tab {
    const tab = new Tab(collab, {
      read: async () => (await this.api.call('GET /rooms/{roomId}', { params: { roomId } })).collab,
      join: async () => (await this.join({ roomId })).collab,
    });
    this.tabs.push(tab);
    return tab;
  }

  /** Joins and connects; resolves when everything is there. */
  async enter(key: RoomKey, body: JoinBody = {}): Promise<Tab> {
    const { collab } = await this.join(key, body);
    const tab = this.open(key.roomId, collab);
    await tab.settled();
    return tab;
  }

  /** Moves the room to another phase. */
  advance(roomId: string, targetStatus: 'warmup' | 'coding' | 'wrapup' | 'finished') {
    const call = { params: { roomId }, body: { targetStatus } };
    return this.api.call('POST /rooms/{roomId}/control/transition', call);
  }

  /** Closes all tabs. */
  leave(): void {
    for (const { connection } of this.tabs.splice(0)) connection.leave();
  }
}

/** Status and code with which the API refuses a call. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.code}`;
    throw error;
  }
  throw new Error('the call was not refused');
}
