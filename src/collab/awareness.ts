import type { RoomRole } from '../generated/api.ts';
import { supportedLanguageValues } from '../generated/enums.ts';
import type { DocumentKind } from './names.ts';

/** Who speaks; the server's word, whatever the client wrote. */
export type PresenceIdentity = {
  readonly id: string;
  readonly name: string;
  readonly role: RoomRole;
  readonly isHost: boolean;
};
export type PresenceState = Record<string, unknown>;

const COLOR = /^#[0-9a-f]{6}$/i;
const COLOR_LIGHT = /^#[0-9a-f]{8}$/i;
/** Distinguishable on light and dark ground. */
const PALETTE = ['#e0533d', '#d9831f', '#a58b00', '#3f9142', '#148f8b', '#2f7fd6', '#7a5fd0', '#c2509b'];

/** A colour that one user has everywhere. */
export function colorOf(userId: string): string {
  let sum = 0;
  for (const character of userId) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return PALETTE[sum % PALETTE.length] as string;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPosition = (value: unknown) => value === null || isPlain(value);

function shapeCursor(value: unknown): unknown {
  if (!isPlain(value) || !isPosition(value.anchor) || !isPosition(value.head)) return null;
  return { anchor: value.anchor, head: value.head };
}

function shapePointer(value: unknown): unknown {
  if (!isPlain(value) || !Number.isFinite(value.x) || !Number.isFinite(value.y)) return null;
  return { x: value.x, y: value.y };
}

/** Undefined drops the field. */
type Shape = (value: unknown) => unknown;
const flag: Shape = (value) => (typeof value === 'boolean' ? value : undefined);
const language: Shape = (value) =>
  (supportedLanguageValues as readonly unknown[]).includes(value) ? value : undefined;

const SHAPES: Record<DocumentKind, Record<string, Shape>> = {
  code: {
    cursor: shapeCursor,
    selection: shapeCursor,
    language,
    active: flag,
    typing: flag,
    pointer: shapePointer,
  },
  board: { active: flag, pointer: shapePointer },
  notes: {},
};

/**
 * The presence state as others may see it: only the fields of this document, `user` as the server knows it. Null when
 * it is longer than `maxBytes` of JSON.
 */
export function shapePresence(
  state: PresenceState,
  kind: DocumentKind,
  identity: PresenceIdentity,
  maxBytes: number,
): PresenceState | null {
  const shaped: PresenceState = {};
  for (const [key, shape] of Object.entries(SHAPES[kind])) {
    const value = Object.hasOwn(state, key) ? shape(state[key]) : undefined;
    if (value !== undefined) shaped[key] = value;
  }
  const said = isPlain(state.user) ? state.user : {};
  const color = said.color;
  const colorLight = said.colorLight;
  const own = typeof color === 'string' && COLOR.test(color) ? color : colorOf(identity.id);
  shaped.user = {
    ...identity,
    color: own,
    colorLight: typeof colorLight === 'string' && COLOR_LIGHT.test(colorLight) ? colorLight : `${own}33`,
  };
  return Buffer.byteLength(JSON.stringify(shaped)) <= maxBytes ? shaped : null;
}
