import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabCallbacks } from '../ports/collab.ts';
import { type Admission, denialOf, memberOf } from './admission.ts';
import type { Channel } from './channel.ts';
import { type CloseCode, denials } from './close-codes.ts';
import { type CollabSocket, nextMacrotask } from './live.ts';
import type { Rooms } from './rooms.ts';
import type { Sockets } from './sockets.ts';

export type AttendanceDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly callbacks: CollabCallbacks;
  readonly parts: {
    readonly admission: Admission;
    readonly sockets: Sockets;
    readonly rooms: Rooms;
    readonly channel: Channel;
  };
};

/** Who is there: tells the control plane, and asks it whether they still may be. */
export type Attendance = {
  start(): void;
  stop(): void;
  /** The user's last socket in the room may have gone. */
  noteEnded(socket: CollabSocket, code: number): void;
  /** Asks the control plane again about one socket and acts on the answer. */
  recheck(socket: CollabSocket): Promise<void>;
};

const TELL_ATTEMPTS = 3;
const TELL_PAUSE_MS = 1_000;
const HEARTBEAT_PAIRS = 500;

/** Timers run between start() and stop(). */
export function createAttendance(deps: AttendanceDeps): Attendance {
  return new Attendances(deps);
}

class Attendances implements Attendance {
  readonly #deps: AttendanceDeps;
  readonly #graces = new Map<string, NodeJS.Timeout>();
  readonly #intervals: NodeJS.Timeout[] = [];
  #isStopped = false;
  #isRechecking = false;

  constructor(deps: AttendanceDeps) {
    this.#deps = deps;
  }

  start = (): void => {
    const { config } = this.#deps;
    const every = (ms: number, run: () => void) => this.#intervals.push(setInterval(run, ms).unref());
    every(config['timers.heartbeatMs'], () => this.#beat());
    every(config['timers.accessRecheckMs'], () => void this.#recheckAll());
  };

  stop = (): void => {
    this.#isStopped = true;
    for (const timer of [...this.#intervals, ...this.#graces.values()]) clearTimeout(timer);
    this.#graces.clear();
  };

  noteEnded = (socket: CollabSocket, code: number): void => {
    const { admitted, claims } = socket;
    if (!admitted || !claims || this.#isStopped || this.#isPresent(claims.roomId, claims.userId)) return;
    const key = `${claims.roomId} ${claims.userId}`;
    clearTimeout(this.#graces.get(key));
    const gone = {
      roomId: claims.roomId,
      userId: claims.userId,
      at: this.#deps.clock.now(),
      closeCode: code >= 1000 && code <= 4999 ? code : null,
    };
    const timer = setTimeout(() => {
      this.#graces.delete(key);
      if (!this.#isPresent(claims.roomId, claims.userId)) void this.#tellGone(gone);
    }, this.#deps.config['timers.disconnectGraceMs']).unref();
    this.#graces.set(key, timer);
  };

  recheck = async (socket: CollabSocket): Promise<void> => {
    const { admission, sockets, channel } = this.#deps.parts;
    if (!socket.claims || !socket.admitted || socket.isEnded) return;
    const answer = await admission.ask(socket.claims, false);
    // No answer: whoever is in stays in.
    if (!answer || socket.isEnded) return;
    if (!answer.authorized) {
      const denial = denialOf(answer);
      const code: CloseCode = denials[denial];
      sockets.end(socket, code, denial, { isSilent: denial !== 'login-ended' });
      return;
    }
    await nextMacrotask();
    if (!socket.isEnded) channel.changeMember(socket, memberOf(answer));
  };

  #isPresent(roomId: string, userId: string): boolean {
    const sockets = this.#deps.parts.rooms.find(roomId)?.sockets ?? [];
    return [...sockets].some((socket) => socket.claims?.userId === userId && !socket.isEnded);
  }

  #beat(): void {
    const pairs = new Map<string, { roomId: string; userId: string }>();
    for (const { claims, admitted, isAlive, isEnded } of this.#deps.parts.sockets.all())
      if (claims && admitted && isAlive && !isEnded)
        pairs.set(`${claims.roomId} ${claims.userId}`, { roomId: claims.roomId, userId: claims.userId });
    const all = [...pairs.values()];
    try {
      for (let from = 0; from < all.length; from += HEARTBEAT_PAIRS)
        this.#deps.callbacks.participantsHeartbeat(all.slice(from, from + HEARTBEAT_PAIRS));
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'the heartbeat was not taken');
    }
  }

  /** One after the other, each in a turn of its own: nobody's typing waits for a thousand questions. */
  async #recheckAll(): Promise<void> {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    try {
      for (const socket of [...this.#deps.parts.sockets.all()]) {
        if (this.#isStopped) return;
        await this.recheck(socket);
        await nextMacrotask();
      }
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the rights of connected users were not checked');
    } finally {
      this.#isRechecking = false;
    }
  }

  async #tellGone(gone: Parameters<CollabCallbacks['userDisconnected']>[0]): Promise<void> {
    for (let attempt = 1; attempt <= TELL_ATTEMPTS && !this.#isStopped; attempt++) {
      try {
        await this.#deps.callbacks.userDisconnected(gone);
        return;
      } catch (error) {
        this.#deps.log.warn({ err: error, roomId: gone.roomId }, 'a disconnection was not taken');
        await new Promise((resolve) => setTimeout(resolve, attempt * TELL_PAUSE_MS).unref());
      }
    }
  }
}
