import type { OperationId } from '../../../src/http/operation.ts';
import { createAnswerCheck } from '../../support/check-answers.ts';
import type { Operation } from './served.ts';
import { MARK } from './texts.ts';
import type { Answer } from './wire.ts';

/** What an answer says, as far as every error has it. */
export type Refusal = {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly {
    readonly field: string;
    readonly constraint: string;
    readonly value: unknown;
  }[];
};

/** What the input of a request must lead to: VALIDATION_FAILED, anything else, or either. */
export type Expectation = 'invalid' | 'valid' | 'unknown';

const check = createAnswerCheck();
const outside = new Set(['NOT_FOUND', 'METHOD_NOT_ALLOWED']);
const MAX_FIELDS = 100;
const MAX_SHOWN = 200;
/** A hundred fields of 200 characters each, escaped, with room for their paths. */
const MAX_REFUSAL = 200_000;
const statusOnly = new Set([304, 204]);
const insides = /SQLITE|sqlite|SELECT |INSERT |node_modules|\.ts:\d|\n\s+at |argon2|Error:|\/tmp\//;

/**
 * Rules that are no schema: their constraints come with bodies that the document calls valid. By operation, as
 * `field constraint`.
 */
const ownRules: Readonly<Record<string, readonly string[]>> = {
  register: ['password notIdentifier'],
  resetPassword: ['newPassword notIdentifier'],
  changePassword: ['newPassword notIdentifier', 'newPassword notCurrentPassword'],
  createRoom: ['hostRole isIn'],
  kickParticipant: ['path.userId notSelf'],
  // The limits of source and input count bytes as well.
  runCode: ['language languageNotOffered', 'code maxLength', 'stdin maxLength'],
  submitCode: ['language languageNotOffered', 'code maxLength'],
};

export function refusalOf({ status, body }: Answer): Refusal | null {
  if (status < 400 || typeof body !== 'object' || body === null) return null;
  const { code, message, details } = body as {
    code: string;
    message: string;
    details?: { fields?: Refusal['fields'] };
  };
  return { code: String(code), message: String(message), fields: details?.fields ?? [] };
}

/** Everything that is wrong with an answer, in sentences; `operation` is null where the address may lead nowhere. */
export function judgeAnswer(
  operation: Operation | null,
  answer: Answer,
  secrets: readonly string[],
): string[] {
  const refusal = refusalOf(answer);
  return [
    ...(answer.status >= 500 && answer.status !== 503
      ? [`${answer.status} ${answer.text.slice(0, 300)}`]
      : []),
    ...judgeDeclared(operation, answer, refusal),
    ...judgeHeaders(answer, refusal),
    ...judgeText(answer, refusal, secrets),
  ];
}

/** Whether validation went as the input deserves. */
export function judgeValidation(id: string, expected: Expectation, answer: Answer): string[] {
  const refusal = refusalOf(answer);
  const isRefused = refusal?.code === 'VALIDATION_FAILED';
  if (expected === 'invalid')
    return isRefused ? [] : [`invalid input led to ${answer.status} ${refusal?.code ?? ''}`];
  if (expected === 'unknown' || !isRefused) return [];
  const own = ownRules[id] ?? [];
  const others = refusal.fields
    .map(({ field, constraint }) => `${field} ${constraint}`)
    .filter((failure) => !own.includes(failure));
  return others.length > 0 ? [`valid input was refused: ${others.join(', ')}`] : [];
}

function judgeDeclared(
  operation: Operation | null,
  { status, body }: Answer,
  refusal: Refusal | null,
): string[] {
  if (operation === null || (refusal && outside.has(refusal.code))) return [];
  return check(operation.id as OperationId, status, body);
}

function judgeHeaders({ status, headers, text }: Answer, refusal: Refusal | null): string[] {
  const wrong: string[] = [];
  const demand = (name: string, isRight: boolean) => {
    if (!isRight) wrong.push(`header ${name}: ${headers[name]}`);
  };
  demand('x-content-type-options', headers['x-content-type-options'] === 'nosniff');
  demand('x-frame-options', headers['x-frame-options'] === 'DENY');
  demand('referrer-policy', headers['referrer-policy'] === 'no-referrer');
  demand('x-request-id', /^[0-9a-f-]{36}$/.test(String(headers['x-request-id'])));
  demand('x-api-version', headers['x-api-version'] === '1.0');
  demand('content-security-policy', headers['content-security-policy'] !== undefined);
  demand('cache-control', headers['cache-control'] !== undefined);
  demand('server', headers.server === undefined);
  demand('x-powered-by', headers['x-powered-by'] === undefined);
  demand('x-evil', headers['x-evil'] === undefined);
  if (text !== '') demand('content-type', headers['content-type'] === 'application/json; charset=utf-8');
  else demand('content-type', !statusOnly.has(status) || headers['content-type'] === undefined);
  if (status >= 400) demand('cache-control', headers['cache-control'] === 'no-store');
  if (status === 405) demand('allow', headers.allow !== undefined);
  const waits = status === 503 || (status === 429 && refusal?.code !== 'QUOTA_EXCEEDED');
  if (waits && refusal?.code !== 'MEDIA_SERVICE_UNAVAILABLE') {
    demand('retry-after', /^[1-9]\d*$/.test(String(headers['retry-after'])));
  }
  return wrong;
}

function judgeText({ status, text }: Answer, refusal: Refusal | null, secrets: readonly string[]): string[] {
  if (status < 400) return [];
  const wrong: string[] = [];
  if (insides.test(text)) wrong.push(`insides shown: ${insides.exec(text)?.[0]}`);
  if (secrets.some((secret) => secret !== '' && text.includes(secret))) wrong.push('a secret is shown');
  if (text.length > MAX_REFUSAL) wrong.push(`${text.length} characters of refusal`);
  if (!refusal) return [...wrong, 'a refusal without a body'];
  if (refusal.message.includes(MARK)) wrong.push(`input in the message: ${refusal.message}`);
  if (refusal.fields.length > MAX_FIELDS) wrong.push(`${refusal.fields.length} fields`);
  for (const { field, value } of refusal.fields) {
    const isShort = field.length <= MAX_SHOWN && (value === null || String(value).length <= MAX_SHOWN);
    if (!isShort) wrong.push(`${field.slice(0, 50)} is shown at length`);
  }
  return wrong;
}
