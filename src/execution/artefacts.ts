import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceFile, StepFacts } from '../ports/steps.ts';
import { cacheFolders, makeOpenFolder } from './cache-folders.ts';
import type { CompileCommand, Entry, Toolchain } from './languages/language.ts';

const FORMAT = 1;
/** Artefacts whose files were checked by this thread. */
const MAX_CHECKED = 10_000;

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  entry: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});
type Manifest = z.infer<typeof manifestSchema>;

const compiledSchema = z.strictObject({
  wallMs: z.number(),
  cpuMs: z.number().nullable(),
  memoryKb: z.number().nullable(),
  stdout: z.base64(),
  stderr: z.base64(),
});

/** A compiled program that can be run. */
export type Artefact = { readonly key: string; readonly entry: Entry; readonly directory: string };

/** A folder in which an artefact is made: sources and what comes out of the compiler. */
export type Workshop = { readonly directory: string; readonly sources: string; readonly files: string };

/** Name of an artefact: everything that decides what it is. */
export function artefactKey(
  language: string,
  toolchain: Toolchain,
  command: CompileCommand,
  sources: readonly SourceFile[],
): string {
  const { version, identity } = toolchain;
  const parts = [FORMAT, language, version, identity, command, sources.map(({ name, text }) => [name, text])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Compiled programs on disk, as one worker sees them. Made below `making`, then renamed as a whole; never changed. */
export class Artefacts {
  readonly #folders: ReturnType<typeof cacheFolders>;
  readonly #checked = new Set<string>();

  constructor(cacheDir: string) {
    this.#folders = cacheFolders(cacheDir);
  }

  /** Null when there is none, or when its files are not as they were made (then it is removed). */
  find(key: string): Artefact | null {
    if (!/^[0-9a-f]{64}$/.test(key)) return null;
    const home = join(this.#folders.artefacts, key);
    const directory = join(home, 'files');
    try {
      const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8')));
      if (!this.#checked.has(key)) this.#check(key, directory, manifest);
      return { key, entry: manifest.entry, directory };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') rmSync(home, { recursive: true, force: true });
      return null;
    }
  }

  /** How an artefact was made; null when that is not known. */
  factsOf(key: string): StepFacts | null {
    try {
      const text = readFileSync(join(this.#folders.artefacts, key, 'compiled.json'), 'utf8');
      const { stdout, stderr, ...times } = compiledSchema.parse(JSON.parse(text));
      const [out, err] = [fromBase64(stdout), fromBase64(stderr)];
      return {
        ...times,
        exitCode: 0,
        signal: null,
        oomKilled: false,
        killedBy: null,
        stdout: out,
        stderr: err,
        stdoutBytes: out.length,
        stderrBytes: err.length,
        outputMatches: null,
      };
    } catch {
      return null;
    }
  }

  /** A new folder with these files; remove it with `discard` unless `keep` took it. */
  open(sources: readonly SourceFile[]): Workshop {
    const directory = mkdtempSync(join(this.#folders.making, 'a-'));
    chmodSync(directory, 0o755);
    const workshop = { directory, sources: join(directory, 'sources'), files: join(directory, 'files') };
    makeOpenFolder(workshop.sources);
    makeOpenFolder(workshop.files);
    for (const { name, text } of sources) {
      const path = join(workshop.sources, name);
      writeFileSync(path, text);
      chmodSync(path, 0o644);
    }
    return workshop;
  }

  discard(workshop: Workshop): void {
    rmSync(workshop.directory, { recursive: true, force: true });
  }

  /** Of a language without a compiler the sources are what runs. */
  takeSources(workshop: Workshop): void {
    rmSync(workshop.files, { recursive: true, force: true });
    renameSync(workshop.sources, workshop.files);
  }

  /** Makes an artefact of a folder's files; returns its size. */
  keep(workshop: Workshop, key: string, entry: Entry, paths: readonly string[], facts: StepFacts): number {
    const files = paths.map((path) => {
      const full = join(workshop.files, path);
      return { path, bytes: statSync(full).size, sha256: sha256(full) };
    });
    const { wallMs, cpuMs, memoryKb } = facts;
    const [stdout, stderr] = [toBase64(facts.stdout), toBase64(facts.stderr)];
    const compiled = JSON.stringify({ wallMs, cpuMs, memoryKb, stdout, stderr });
    const manifest = JSON.stringify({ format: FORMAT, entry, files } satisfies Manifest);
    rmSync(workshop.sources, { recursive: true, force: true });
    writeFileSync(join(workshop.directory, 'compiled.json'), compiled);
    writeFileSync(join(workshop.directory, 'manifest.json'), manifest);
    this.#publish(workshop.directory, key);
    this.#note(key);
    return files.reduce((sum, { bytes }) => sum + bytes, compiled.length + manifest.length);
  }

  #publish(directory: string, key: string): void {
    const home = join(this.#folders.artefacts, key);
    try {
      renameSync(directory, home);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      // Another worker was faster with the same program.
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Files are checked once a thread: after a power cut they may be torn. Throws when they are not as they were made. */
  #check(key: string, directory: string, { files }: Manifest): void {
    for (const { path, bytes, sha256: hash } of files) {
      const full = join(directory, path);
      if (statSync(full).size !== bytes || sha256(full) !== hash) throw new Error(`${path} has changed`);
    }
    this.#note(key);
  }

  #note(key: string): void {
    if (this.#checked.size >= MAX_CHECKED) this.#checked.clear();
    this.#checked.add(key);
  }
}

const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** A copy of its own: buffers share memory with others, and all of that would travel between threads. */
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
