import { shapes } from '../generated/shapes.js';
import type { OperationId } from './operation.ts';

/**
 * Looks at an answer of an operation and says what in it breaks the contract; [] for a sound one. Given by tests, which
 * want to see undeclared statuses, fields and codes instead of having them cut or passed on.
 */
export type AnswerCheck = (id: OperationId, status: number, body: unknown) => string[];

/** The body with its declared fields only; undefined where the answer has none. */
export function shapeBody(id: OperationId, status: number, body: unknown): unknown {
  const shape = shapes[`${id}_${status}`];
  return shape ? shape(body) : undefined;
}

/** A broken contract, for the eyes of the person who runs the tests. */
export class ContractBroken extends Error {
  constructor(problems: readonly string[]) {
    super(`The answer breaks the contract: ${problems.join('; ')}`);
    this.name = 'ContractBroken';
  }
}

/** Throws ContractBroken when the check finds something. */
export function requireSound(
  check: AnswerCheck | undefined,
  id: OperationId,
  status: number,
  body: unknown,
): void {
  const problems = check?.(id, status, body) ?? [];
  if (problems.length > 0) throw new ContractBroken(problems);
}
