import type { Operations } from '../generated/api.ts';

export type OperationId = keyof Operations;

/** How one query parameter is read: its type, and for lists the type of an entry. */
export type QueryType = 'string' | 'integer' | 'number' | 'boolean' | `${'string' | 'integer' | 'number'}[]`;

/**
 * How the strings of a request value are brought into their form before validation. `text`: to NFC, trimmed or
 * lower-cased where the letters say so; `max` is the longest valid length in characters.
 */
export type TextPlan =
  | { readonly text: '' | 't' | 'l' | 'tl'; readonly max: number }
  | { readonly fields: Readonly<Record<string, TextPlan | null>>; readonly closed: boolean }
  | { readonly items: TextPlan; readonly max: number }
  | { readonly values: TextPlan; readonly max: number };

/** What the runtime knows about one operation besides its validators and shapes. */
export type OperationEntry = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With parameters in braces, as in the contract. */
  readonly path: string;
  readonly permission: string;
  /** Whether the room of the path is loaded and checked before the handler. */
  readonly room: boolean;
  /** Served between planes only, never on the public listener. */
  readonly internal: boolean;
  /** Status by error code, the declared ones. */
  readonly errors: Readonly<Record<string, number>>;
  readonly statuses: readonly number[];
  readonly body: 'none' | 'optional' | 'required';
  readonly maxBodyBytes: number;
  readonly query: Readonly<Record<string, QueryType>>;
  /** Names of header parameters as the contract spells them. */
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  /** Body fields whose values are never repeated in an error, as `a.b[].c`. */
  readonly hidden: readonly string[];
  /** Answer fields that become null in an answer stored for an Idempotency-Key. */
  readonly unstored: readonly string[];
  /** Answers of this GET carry an ETag. */
  readonly tagged: boolean;
  readonly texts: {
    readonly path?: TextPlan;
    readonly query?: TextPlan;
    readonly header?: TextPlan;
    readonly body?: TextPlan;
  };
};
