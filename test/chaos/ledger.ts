import { closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { DocumentKind } from '../../src/client/close-reactions.ts';

/** A mark in a document of a room: a word of the code, or a key of a map. */
export type Mark = { readonly roomId: string; readonly doc: DocumentKind; readonly mark: string };
export type Body = Record<string, unknown>;

/** Something that was asked of the server, or that it has said. */
export type Entry =
  /** The server has said that it has the mark. */
  | ({ readonly kind: 'saved' } & Mark)
  /** Somebody began to delete it; the server has said that it is gone. */
  | ({ readonly kind: 'erasing' | 'erased' } & Mark)
  /** The server has refused the edit that brought it. */
  | ({ readonly kind: 'refused' } & Mark)
  | { readonly kind: 'asked'; readonly call: Call }
  /** Status below 400 with the answer's body, else with the code of the refusal. */
  | { readonly kind: 'answered'; readonly key: string; readonly status: number; readonly body: Body | null }
  /** A run or submission that was shown as over: the whole answer. */
  | { readonly kind: 'result'; readonly id: string; readonly body: Body }
  /** The room was told of its end. */
  | { readonly kind: 'pushed'; readonly id: string; readonly status: string; readonly end: unknown }
  | { readonly kind: 'chat'; readonly roomId: string; readonly message: Body }
  | { readonly kind: 'refreshing'; readonly userId: string }
  | { readonly kind: 'cookie'; readonly userId: string; readonly cookie: string }
  /** Something that must never happen. */
  | { readonly kind: 'fault'; readonly what: string };

export type Call = {
  /** Idempotency key, where the operation takes one. */
  readonly key: string;
  readonly userId: string;
  /** `METHOD /path` as the API names it. */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** An entry with the size that the recording of the disk had when it was written; 0 without a recording. */
export type Noted = Entry & { readonly at: number };

export type Ledger = { add(entry: Entry): void; close(): void };

/** Appends to a file, which outlives its process; `recording` is the file that grows with the server's disk. */
export function openLedger(file: string, recording?: string): Ledger {
  const output = openSync(file, 'a', 0o600);
  const disk = recording === undefined ? null : openSync(recording, 'r');
  return {
    add: (entry) => {
      const at = disk === null ? 0 : fstatSync(disk).size;
      writeSync(output, `${JSON.stringify({ ...entry, at })}\n`);
    },
    close: () => {
      closeSync(output);
      if (disk !== null) closeSync(disk);
    },
  };
}

/** All whole entries; a writer that was killed may have left half a line. */
export function readLedger(file: string): Noted[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Noted);
}

export type Marks = {
  readonly saved: Set<string>;
  readonly erasing: Set<string>;
  readonly erased: Set<string>;
  readonly refused: Set<string>;
};
export type Asked = {
  readonly call: Call;
  answer: { readonly status: number; readonly body: Body | null } | null;
};

/** What has been promised so far. */
export type Promises = {
  /** By `<roomId>/<document>`. */
  readonly marks: Map<string, Marks>;
  /** Calls in the order in which they were asked. */
  readonly calls: Map<string, Asked>;
  readonly results: Map<string, Body>;
  readonly pushes: Map<string, { readonly status: string; readonly end: unknown }>;
  /** Messages by their id. */
  readonly chat: Map<string, { readonly roomId: string; readonly message: Body }>;
  /** The newest refresh cookie of each user, and whether another may have been made that nobody has seen. */
  readonly cookies: Map<string, { cookie: string; isRefreshing: boolean }>;
  readonly faults: string[];
};

/** Sums up the entries that were made before the recording of the disk was longer than `until`. */
export function sumUp(entries: readonly Noted[], until = Number.POSITIVE_INFINITY): Promises {
  const promises: Promises = {
    marks: new Map(),
    calls: new Map(),
    results: new Map(),
    pushes: new Map(),
    chat: new Map(),
    cookies: new Map(),
    faults: [],
  };
  // What was refused must never appear, whenever that became known.
  for (const entry of entries) if (entry.at <= until || entry.kind === 'refused') take(promises, entry);
  return promises;
}

const noMarks = (): Marks => ({
  saved: new Set(),
  erasing: new Set(),
  erased: new Set(),
  refused: new Set(),
});

function take(promises: Promises, entry: Noted): void {
  const { marks, calls, cookies } = promises;
  switch (entry.kind) {
    case 'saved':
    case 'erasing':
    case 'erased':
    case 'refused': {
      const name = `${entry.roomId}/${entry.doc}`;
      const known = marks.get(name) ?? noMarks();
      known[entry.kind].add(entry.mark);
      marks.set(name, known);
      break;
    }
    case 'asked':
      calls.set(entry.call.key, { call: entry.call, answer: null });
      break;
    case 'answered': {
      const asked = calls.get(entry.key);
      if (asked) asked.answer = { status: entry.status, body: entry.body };
      break;
    }
    case 'result':
      promises.results.set(entry.id, entry.body);
      break;
    case 'pushed':
      promises.pushes.set(entry.id, { status: entry.status, end: entry.end });
      break;
    case 'chat':
      promises.chat.set(String(entry.message.messageId), entry);
      break;
    case 'refreshing': {
      const known = cookies.get(entry.userId);
      if (known) known.isRefreshing = true;
      break;
    }
    case 'cookie':
      cookies.set(entry.userId, { cookie: entry.cookie, isRefreshing: false });
      break;
    case 'fault':
      promises.faults.push(entry.what);
  }
}
