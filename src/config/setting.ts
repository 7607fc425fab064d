import { z } from 'zod';

/** One configuration key: how its value is checked, what it is without a choice, and one sentence for the operator. */
export type Setting<Value> = {
  readonly schema: z.ZodType<Value>;
  readonly initial: Value;
  readonly about: string;
  readonly secret: boolean;
};

function setting<Value>(schema: z.ZodType<Value>, initial: Value, about: string): Setting<Value> {
  return { schema, initial, about, secret: false };
}

const yes = new Set(['true', '1', 'yes', 'on']);
const no = new Set(['false', '0', 'no', 'off']);

/** Environment and flags bring text; the file brings typed values. Both end as the same type. */
const numberLike = z.preprocess(
  (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number(),
);
const booleanLike = z.preprocess((value) => {
  if (typeof value !== 'string') return value;
  const word = value.toLowerCase();
  return yes.has(word) ? true : no.has(word) ? false : value;
}, z.boolean());
const listOf = (entry: z.ZodType<string>) =>
  z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter((part) => part !== '')
        : value,
    z.array(entry),
  );

const whole = (min: number, max: number) => numberLike.pipe(z.number().int().min(min).max(max));

export const YEAR_MS = 365 * 24 * 3_600_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A duration in milliseconds, up to ten years; it can be shortened to 1 ms, not switched off. */
export const duration = (initial: number, about: string) =>
  setting(whole(1, 10 * YEAR_MS), initial, `${about}, in milliseconds.`);
/** A time that a timer of the process waits: at most 24 days, since timers overflow beyond. */
export const interval = (initial: number, about: string) =>
  setting(whole(1, MAX_TIMER_MS), initial, `${about}, in milliseconds.`);
/** A duration that 0 switches off. */
export const durationOrOff = (initial: number, about: string) =>
  setting(whole(0, 10 * YEAR_MS), initial, `${about}, in milliseconds; 0 switches it off.`);
/** Requests per window; 0 switches the limit off. */
export const rate = (initial: number, about: string) =>
  setting(whole(0, 1_000_000), initial, `${about}; 0 switches it off.`);
export const count = (initial: number, about: string, min = 1, max = 1_000_000_000_000) =>
  setting(whole(min, max), initial, about);
export const flag = (initial: boolean, about: string) =>
  setting(booleanLike as z.ZodType<boolean>, initial, about);
export const text = (initial: string, about: string, schema: z.ZodType<string> = z.string()) =>
  setting(schema, initial, about);
export const list = (initial: string[], about: string, entry: z.ZodType<string> = z.string()) =>
  setting(listOf(entry) as z.ZodType<string[]>, initial, about);
export const choice = <const Options extends readonly [string, ...string[]]>(
  options: Options,
  initial: Options[number],
  about: string,
): Setting<Options[number]> =>
  setting(z.enum(options) as unknown as z.ZodType<Options[number]>, initial, about);
