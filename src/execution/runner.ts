import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { SupportedLanguage } from '../generated/api.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { LanguageState, Step, StepOutcome, StepRunner } from '../ports/steps.ts';
import { ArtefactCache } from './artefact-cache.ts';
import { cacheFolders } from './cache-folders.ts';
import type { Toolchain } from './languages/language.ts';
import { languages } from './languages/registry.ts';
import { appliedLimits, compileLimits, programLimits } from './limits.ts';
import type { HostPaths, SupervisorOptions } from './sandbox/jail.ts';
import type { LimitCheck } from './sandbox/self-test.ts';
import { decodeText } from './texts.ts';
import { lookUpPrograms } from './toolchains.ts';
import { openWorkerSlot, type SlotEnd, type WorkerSlot } from './worker-slot.ts';
import type { PreloadMount, WorkerSetup, WorkerTask } from './worker-tasks.ts';

const MIB = 1024 * 1024;
const STACK_BYTES = 64 * MIB;

export type JailRunnerDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly cacheDir: string;
  readonly host: HostPaths;
  /** One a slot. */
  readonly supervisors: readonly SupervisorOptions[];
};

/** The runner of this machine: worker threads, their supervisors, and the cache of compiled programs. */
export type JailRunner = StepRunner & {
  /** Tries every limit in a jail; all must hold before a program of anybody runs. */
  selfTest(): Promise<readonly LimitCheck[]>;
  readonly cache: ArtefactCache;
  /** Which program of a language is not there at the moment, as a sentence; null when all are. Looks at files only. */
  missingProgram(language: SupportedLanguage): string | null;
  close(): Promise<void>;
};

function workerSetup({ config, cacheDir }: JailRunnerDeps, supervisor: SupervisorOptions): WorkerSetup {
  return {
    supervisor,
    cacheDir,
    runLimits: {
      fileBytes: config['execution.fileBytes'],
      tmpfsBytes: config['execution.filesBytes'],
      tmpfsInodes: 1024,
      openFiles: config['execution.openFiles'],
      stackBytes: STACK_BYTES,
      cores: 1,
    },
    compileLimits: {
      fileBytes: 64 * MIB,
      tmpfsBytes: 256 * MIB,
      tmpfsInodes: 4096,
      openFiles: 256,
      stackBytes: STACK_BYTES,
      cores: 2,
    },
  };
}

/** Opens workers and cache; the cache folders are there. */
export async function openJailRunner(deps: JailRunnerDeps): Promise<JailRunner> {
  const { config, clock, log, cacheDir } = deps;
  const [maxBytes, maxIdleMs] = [config['execution.cacheBytes'], config['execution.cacheEntryMs']];
  const cache = new ArtefactCache({ cacheDir, clock, log, maxBytes, maxIdleMs });
  await cache.open();
  const slots = deps.supervisors.map((options) => openWorkerSlot(workerSetup(deps, options), log));
  return new LocalRunner(deps, cache, slots);
}

type KnownToolchain = { readonly toolchain: Toolchain; readonly preload: PreloadMount | null };

class LocalRunner implements JailRunner {
  readonly cache: ArtefactCache;
  readonly slots: number;
  readonly #deps: JailRunnerDeps;
  readonly #all: readonly WorkerSlot[];
  readonly #free: WorkerSlot[];
  readonly #waiting: ((slot: WorkerSlot) => void)[] = [];
  readonly #toolchains = new Map<SupportedLanguage, KnownToolchain>();
  /** The last try of each language. */
  readonly #probes = new Map<SupportedLanguage, Promise<LanguageState>>();

  constructor(deps: JailRunnerDeps, cache: ArtefactCache, slots: readonly WorkerSlot[]) {
    this.#deps = deps;
    this.cache = cache;
    this.#all = slots;
    this.#free = [...slots].reverse();
    this.slots = slots.length;
  }

  async run(step: Step, signal: AbortSignal): Promise<StepOutcome> {
    // A checker may be in a language that has not been tried yet.
    if (!this.#probes.has(step.language)) this.#probes.set(step.language, this.#probe(step.language));
    if (!this.#toolchains.has(step.language)) await this.#probes.get(step.language);
    return this.#run(step, signal);
  }

  async #run(step: Step, signal: AbortSignal): Promise<StepOutcome> {
    const known = this.#known(step.language);
    if ('reason' in known) return { status: 'unavailable', message: known.reason };
    const release = step.kind === 'run' ? this.cache.use(step.artefact) : () => {};
    try {
      const end = await this.#inSlot({ kind: 'step', step, ...known }, signal);
      if (end.status === 'cancelled') return { status: 'cancelled' };
      if (end.status === 'crashed') return { status: 'jailFailed', message: end.message };
      const { outcome, artefactBytes } = end.answer;
      if (outcome.status === 'done' && outcome.artefact !== null)
        this.cache.noteMade(outcome.artefact, artefactBytes);
      if (outcome.status === 'missingArtefact' && step.kind === 'run') this.cache.forget(step.artefact);
      return outcome;
    } finally {
      release();
    }
  }

  async selfTest(): Promise<readonly LimitCheck[]> {
    const end = await this.#inSlot({ kind: 'selfTest' }, AbortSignal.timeout(SELF_TEST_MS));
    if (end.status === 'answered') return end.answer;
    return [
      { limit: 'jail', ok: false, why: end.status === 'crashed' ? end.message : 'It did not end in time' },
    ];
  }

  probe(language: SupportedLanguage): Promise<LanguageState> {
    const probe = this.#probe(language);
    this.#probes.set(language, probe);
    return probe;
  }

  async #probe(language: SupportedLanguage): Promise<LanguageState> {
    const learn = () =>
      this.#learn(language).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
    // A jail that fails once must not take a language out of service.
    const reason = (await learn()) === null ? null : await learn();
    if (reason !== null) this.#toolchains.delete(language);
    const version = this.#toolchains.get(language)?.toolchain.version ?? null;
    return { language, available: reason === null, version, reason };
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((slot) => slot.close()));
  }

  missingProgram(language: SupportedLanguage): string | null {
    const found = lookUpPrograms(languages[language], this.#deps.host);
    return found.ok ? null : found.reason;
  }

  /** The toolchain as it is now; an upgrade since the probe makes other artefacts. */
  #known(language: SupportedLanguage): KnownToolchain | { readonly reason: string } {
    const known = this.#toolchains.get(language);
    if (known === undefined) return { reason: `The toolchain of ${language} has not been probed` };
    const found = lookUpPrograms(languages[language], this.#deps.host);
    if (!found.ok) return { reason: found.reason };
    const { programs, identity } = found;
    return { ...known, toolchain: { ...known.toolchain, programs, identity } };
  }

  /** Finds a toolchain and tries it with a program that is known to work; why it is of no use, or null. */
  async #learn(language: SupportedLanguage): Promise<string | null> {
    const found = lookUpPrograms(languages[language], this.#deps.host);
    if (!found.ok) return found.reason;
    const { tools, versionCommand, preload } = languages[language];
    const { programs, identity } = found;
    const asked = await this.#command(versionCommand(programs), tools);
    if (!asked.ok) return `Asked for its version, ${language} failed: ${asked.reason}`;
    const version = asked.output.split('\n', 1)[0]?.slice(0, 200) ?? '';
    const toolchain = { programs, identity, version };
    let mount: PreloadMount | null = null;
    if (preload !== undefined) {
      const made = await this.#preload(language, toolchain);
      if ('reason' in made) return made.reason;
      mount = made;
    }
    this.#toolchains.set(language, { toolchain, preload: mount });
    return this.#trySample(language);
  }

  async #preload(
    language: SupportedLanguage,
    toolchain: Toolchain,
  ): Promise<PreloadMount | { reason: string }> {
    const { preload, tools } = languages[language];
    if (preload === undefined) throw new Error(`${language} has nothing to preload`);
    const command = preload.command(toolchain.programs);
    const parts = JSON.stringify([language, toolchain, command]);
    const key = createHash('sha256').update(parts).digest('hex').slice(0, 16);
    const { preloads } = cacheFolders(this.#deps.cacheDir);
    const name = `${language}-${key}`;
    const source = join(preloads, name);
    if (!existsSync(source)) {
      this.#deps.log.info(
        { language },
        'preparing the build cache of a language; once for each version of it',
      );
      const made = await this.#command(command, tools, preload.sources, source);
      if (!made.ok) return { reason: `The build cache of ${language} could not be made: ${made.reason}` };
      const old = (await readdir(preloads)).filter((one) => one.startsWith(`${language}-`) && one !== name);
      for (const one of old) await rm(join(preloads, one), { recursive: true, force: true });
    }
    return { source, target: preload.target };
  }

  async #trySample(language: SupportedLanguage): Promise<string | null> {
    const { config } = this.#deps;
    const sources = languages[language].files({ language, code: languages[language].sample, driver: null });
    const signal = AbortSignal.timeout(SAMPLE_MS);
    const compiled = await this.#run(
      { kind: 'compile', language, sources, limits: compileLimits(config) },
      signal,
    );
    if (compiled.status !== 'done' || compiled.artefact === null)
      return `A known program does not compile: ${describe(compiled)}`;
    const limits = programLimits(
      config,
      appliedLimits(config, language, 'run', { timeoutMs: null, memoryMb: null }),
    );
    const keep = { stdoutHeadBytes: 100, stderrTailBytes: 1000 };
    const { artefact } = compiled;
    const ran = await this.#run(
      { kind: 'run', language, artefact, stdin: 'syncode\n', limits, keep },
      signal,
    );
    const isRight = ran.status === 'done' && decodeText(ran.facts.stdout) === 'SYNCODE\n';
    return isRight && ran.facts.exitCode === 0 ? null : `A known program does not run: ${describe(ran)}`;
  }

  async #command(
    command: Extract<WorkerTask, { kind: 'command' }>['command'],
    tools: Extract<WorkerTask, { kind: 'command' }>['tools'],
    sources: Extract<WorkerTask, { kind: 'command' }>['sources'] = [],
    into: string | null = null,
  ): Promise<{ ok: true; output: string } | { ok: false; reason: string }> {
    const task = { kind: 'command', command, tools, sources, into } as const;
    const end = await this.#inSlot(task, AbortSignal.timeout(COMMAND_MS));
    if (end.status === 'answered') return end.answer;
    return { ok: false, reason: end.status === 'crashed' ? end.message : 'It did not end in time' };
  }

  async #inSlot<Task extends WorkerTask>(task: Task, signal: AbortSignal): Promise<SlotEnd<Task['kind']>> {
    const slot =
      this.#free.pop() ?? (await new Promise<WorkerSlot>((resolve) => this.#waiting.push(resolve)));
    try {
      return await slot.run(task, signal);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(slot);
      else this.#free.push(slot);
    }
  }
}

const SELF_TEST_MS = 120_000;
const SAMPLE_MS = 60_000;
const COMMAND_MS = 900_000;

function describe(outcome: StepOutcome): string {
  if (outcome.status !== 'done') return 'message' in outcome ? outcome.message : outcome.status;
  const { facts, rejected } = outcome;
  const said = `${decodeText(facts.stderr)} ${decodeText(facts.stdout)}`.trim().slice(0, 500);
  const end = facts.killedBy ?? facts.signal ?? `status ${facts.exitCode}`;
  return rejected ?? (said === '' ? end : `${end}, ${said}`);
}
