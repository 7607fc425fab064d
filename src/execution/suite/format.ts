import { z } from 'zod';
import { languageNames } from '../languages/registry.ts';

const MIB = 1024 * 1024;
/** Cases of one suite, and runs of one case. */
const MAX_CASES = 10_000;
const MAX_RUNS = 1000;
const MAX_PARALLEL = 64;
export const MAX_STDIN_BYTES = 100 * MIB;

const whole = z.int().nonnegative();
const positive = z.int().positive();
const figure = z.number().nonnegative();
const words = z.array(z.string().min(1));

/** OK success, RE runtime error, TLE, MLE and OLE a limit of time, memory or output, CE compile error, SV killed by seccomp. */
export const suiteVerdicts = ['OK', 'RE', 'TLE', 'MLE', 'OLE', 'CE', 'SV'] as const;
export type SuiteVerdict = (typeof suiteVerdicts)[number];
const verdict = z.enum(suiteVerdicts);

/** What can be looked at on the host after a case. */
export const hostCheckNames = [
  'diskUnchanged',
  'memoryReturned',
  'noSurvivors',
  'noZombies',
  'noCoreFiles',
  'hostFilesUnchanged',
  'boxRemoved',
  'workerAlive',
  'canaryOk',
  'nextRunOk',
] as const;
export type HostCheckName = (typeof hostCheckNames)[number];

const expectation = z.strictObject({
  verdicts: z.array(verdict).min(1),
  preferred: verdict.optional(),
  mustContain: words.optional(),
  mustNotContain: words.optional(),
  mustContainStderr: words.optional(),
  mustContainCompile: words.optional(),
  mustNotContainCompile: words.optional(),
  exitCode: z.int().min(0).max(255).nullable().optional(),
  signal: z.int().min(1).max(64).nullable().optional(),
  stdoutBytes: whole.optional(),
  truncated: z.boolean().optional(),
  maxWallMs: figure.optional(),
  minWallMs: figure.optional(),
  maxCpuMs: figure.optional(),
  minCpuMs: figure.optional(),
  minPeakMemoryMb: figure.optional(),
  maxPeakMemoryMb: figure.optional(),
  maxStdoutBytesFactor: z.number().positive().optional(),
  maxCompileOutputBytes: whole.optional(),
  hostChecks: z.array(z.enum(hostCheckNames)).optional(),
});

const attack = z
  .strictObject({
    id: z.string().regex(/^[\w.-]{1,100}$/, 'letters, digits, dots, dashes and underscores, at most 100'),
    category: z.string(),
    language: z.enum(languageNames),
    source: z.string(),
    note: z.string().optional(),
    limits: z.strictObject({
      wallMs: positive,
      cpuMs: positive,
      memoryMb: z.number().positive(),
      pids: positive,
      outputBytes: positive,
    }),
    stdin: z.string().optional(),
    stdinGen: z.strictObject({ char: z.string().length(1), bytes: whole.max(MAX_STDIN_BYTES) }).optional(),
    phase: z.enum(['compile', 'run']).optional(),
    repeat: positive.max(MAX_RUNS).optional(),
    parallel: positive.max(MAX_PARALLEL).optional(),
    harness: z.array(z.enum(['tcpCanary', 'abstractCanary'])).optional(),
    expect: expectation,
  })
  .refine(({ stdin, stdinGen }) => stdin === undefined || stdinGen === undefined, {
    error: 'stdin and stdinGen exclude each other',
    path: ['stdinGen'],
  })
  .refine(({ stdinGen }) => (stdinGen?.char.charCodeAt(0) ?? 0) < 0x80, {
    error: 'it must be one ASCII character',
    path: ['stdinGen', 'char'],
  })
  .refine(({ expect }) => expect.preferred === undefined || expect.verdicts.includes(expect.preferred), {
    error: 'it is none of the verdicts',
    path: ['expect', 'preferred'],
  });

const suite = z.array(attack).min(1).max(MAX_CASES);

export type Expectation = z.infer<typeof expectation>;
/** One program with what may become of it. */
export type Attack = z.infer<typeof attack>;

/** A suite that is not of the format; every line of the message names a place and what is wrong there. */
export class SuiteFormatError extends Error {
  override readonly name = 'SuiteFormatError';
}

const MAX_COMPLAINTS = 10;

/** Reads a suite; throws SuiteFormatError when any of it is unknown, missing or out of bounds. */
export function parseSuite(text: string): readonly Attack[] {
  const attacks = suite.safeParse(parseJson(text));
  if (!attacks.success) throw new SuiteFormatError(complaints(attacks.error.issues).join('\n'));
  const ids = new Set<string>();
  for (const { id } of attacks.data) {
    if (ids.has(id)) throw new SuiteFormatError(`${id}: there are two cases of this id`);
    ids.add(id);
  }
  return attacks.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SuiteFormatError(`It is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function complaints(issues: readonly z.core.$ZodIssue[]): string[] {
  const shown = issues.slice(0, MAX_COMPLAINTS).map(({ path, message }) => {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
    return `${place === '' ? 'suite' : place.replace(/^\./, '')}: ${message}`;
  });
  const more = issues.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

const encoder = new TextEncoder();

/** What a case's program reads; `addresses` of the harness go where the input has their names. */
export function stdinOf(attack: Attack, addresses: Readonly<Record<string, string>>): string {
  if (attack.stdinGen !== undefined) return attack.stdinGen.char.repeat(attack.stdinGen.bytes);
  return (attack.stdin ?? '').replace(/\{\{(\w+)\}\}/g, (whole, name: string) => addresses[name] ?? whole);
}

/** Size of a text as programs and limits count it. */
export const bytesOf = (text: string) => encoder.encode(text).length;
