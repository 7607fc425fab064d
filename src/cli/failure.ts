/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  partly: 5,
  warnings: 10,
} as const;

/** A command that did not do what was asked: what happened, why, and what to do about it; one line each. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly exitCode: number;
  readonly why: string | undefined;
  readonly remedy: string | undefined;

  constructor(
    exitCode: number,
    what: string,
    details: { why?: string; remedy?: string; cause?: unknown } = {},
  ) {
    super(what, details.cause === undefined ? undefined : { cause: details.cause });
    this.exitCode = exitCode;
    this.why = details.why;
    this.remedy = details.remedy;
  }
}
