import type { Text } from 'yjs';
import { type Api, createApi } from '../../client/api.ts';
import { openRoomConnection, type RoomConnection, type RoomMessage } from '../../client/room-connection.ts';
import type { JoinRoomResponse, SupportedLanguage } from '../../generated/api.ts';

/** Longest that anybody in the demo waits for anything. */
const PATIENCE_MS = 30_000;
const POLL_MS = 25;

/** Waits until something is so; rejects with what was waited for. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export type SignIn = { readonly username: string; readonly email: string; readonly password: string };

/** Somebody in the demo: signed in over HTTP and, once in the room, connected by a socket. */
export class Person {
  readonly name: string;
  readonly signIn: SignIn;
  readonly api: Api;
  readonly messages: RoomMessage[] = [];
  #connection: RoomConnection | null = null;

  constructor(name: string, signIn: SignIn, baseUrl: string) {
    this.name = name;
    this.signIn = signIn;
    this.api = createApi({ baseUrl, keepsCookies: true });
  }

  get connection(): RoomConnection {
    if (this.#connection === null) throw new Error(`${this.name} is not in a room`);
    return this.#connection;
  }

  async register(): Promise<void> {
    await this.api.call('POST /auth/register', { body: { ...this.signIn } });
    await this.api.call('PATCH /users/me', { body: { displayName: this.name } });
  }

  /** Joins the room and connects; resolves when everything is there. */
  async enter(roomId: string, roomCode: string): Promise<JoinRoomResponse> {
    const join = () => this.api.call('POST /rooms/{roomId}/join', { params: { roomId }, body: { roomCode } });
    const joined = await join();
    this.#connection = openRoomConnection({
      collab: joined.collab,
      calls: {
        read: async () => (await this.api.call('GET /rooms/{roomId}', { params: { roomId } })).collab,
        join: async () => (await join()).collab,
      },
      handlers: { onMessage: (message) => this.messages.push(message) },
    });
    await until(`${this.name} is connected`, () =>
      ['live', 'read-only'].includes(this.connection.state.status),
    );
    return joined;
  }

  text(language: SupportedLanguage): Text {
    return this.connection.document('code').getText(`code:${language}`);
  }

  /** Types at the end of the text, a few letters at a time as fingers do. */
  async type(language: SupportedLanguage, words: string): Promise<void> {
    const text = this.text(language);
    for (let at = 0; at < words.length; at += 6) {
      text.insert(text.length, words.slice(at, at + 6));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    await until(`the server has what ${this.name} typed`, () => this.connection.state.status === 'live');
  }

  leave(): void {
    this.#connection?.leave();
    this.#connection = null;
  }
}
