import type { FieldFailure } from '../kernel/errors.ts';
import type { TextPlan } from './operation-table.ts';

/** Most failing fields that one answer names. */
export const MAX_FAILURES = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** More marks in a row than any writing has; bringing such a run to NFC takes quadratic time. */
const endlessMarks = /\p{M}{31}/u;
/** A character in NFC stands for at most this many of its decomposed form. */
const LONGEST_DECOMPOSITION = 4;

type Plan = TextPlan | null | undefined;

/**
 * Brings the strings of a request value into their form (NFC, trimmed, lower case) as the plan says, before validation.
 * Changes lists and objects in place and gives the value to go on with; control characters go to `failures`. Looks only at
 * what can be valid: longer lists, maps and strings stay as they are, for the validation to refuse.
 */
export function cleanTexts(plan: Plan, value: unknown, failures: FieldFailure[], at = ''): unknown {
  if (!plan || value === null || value === undefined) return value;
  if ('text' in plan) return typeof value === 'string' ? cleanText(plan, value, failures, at) : value;
  if (typeof value !== 'object') return value;
  if ('items' in plan) {
    if (Array.isArray(value) && value.length <= plan.max) {
      value.forEach((entry, index) => {
        value[index] = cleanTexts(plan.items, entry, failures, `${at}[${index}]`);
      });
    }
    return value;
  }
  if (Array.isArray(value)) return value;
  const record = value as Record<string, unknown>;
  if ('values' in plan) {
    const names = Object.keys(record);
    if (names.length <= plan.max) cleanFields(() => plan.values, names, record, failures, at);
  } else {
    const names = Object.keys(plan.fields);
    cleanFields((name) => plan.fields[name], names, record, failures, at);
    if (plan.closed) return thin(plan.fields, record);
  }
  return value;
}

function cleanFields(
  planOf: (name: string) => Plan,
  names: string[],
  record: Record<string, unknown>,
  failures: FieldFailure[],
  at: string,
): void {
  for (const name of names) {
    if (!Object.hasOwn(record, name)) continue;
    record[name] = cleanTexts(planOf(name), record[name], failures, at ? `${at}.${name}` : name);
  }
}

function cleanText(
  plan: { text: string; max: number },
  value: string,
  failures: FieldFailure[],
  at: string,
): string {
  if (value.length > plan.max * LONGEST_DECOMPOSITION) return value;
  let text = value.toWellFormed();
  if (!endlessMarks.test(text)) text = text.normalize('NFC');
  if (plan.text.includes('t')) text = text.trim();
  if (plan.text.includes('l')) text = text.toLowerCase();
  if (controlCharacter.test(text)) failures.push({ field: at, constraint: 'controlCharacter', value: text });
  return text;
}

/**
 * The object itself, or, with more than a hundred unknown fields, a copy that has only the first hundred of those:
 * validation refuses it all the same, without collecting an error for each.
 */
function thin(
  fields: Readonly<Record<string, unknown>>,
  record: Record<string, unknown>,
): Record<string, unknown> {
  const names = Object.keys(record);
  const unknown = names.filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length <= MAX_FAILURES) return record;
  const kept = names.filter((name) => Object.hasOwn(fields, name));
  return Object.fromEntries([...kept, ...unknown.slice(0, MAX_FAILURES)].map((name) => [name, record[name]]));
}
