import { mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { cacheFolders } from './cache-folders.ts';

export type ArtefactCacheDeps = {
  readonly cacheDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBytes: number;
  /** Unused for so long, an artefact is removed. */
  readonly maxIdleMs: number;
};

/** A use is noted on disk at most so often: it only decides what goes first after a restart. */
const TOUCH_MS = 60_000;
/** The newest stay in a cache that is too small: what was compiled a moment ago is about to be run. */
const NEWEST_KEPT = 8;

type Entry = { bytes: number; usedAt: number; touchedAt: number; uses: number };

/** Keeps the cache of compiled programs within its size; the least recently used go first, never one that is in use. */
export class ArtefactCache {
  readonly #deps: ArtefactCacheDeps;
  readonly #folders: ReturnType<typeof cacheFolders>;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  #isSweepDue = false;
  #sweeping: Promise<void> | null = null;

  constructor(deps: ArtefactCacheDeps) {
    this.#deps = deps;
    this.#folders = cacheFolders(deps.cacheDir);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Learns what earlier starts left, removes what they had under way, and what is old. */
  async open(): Promise<void> {
    const leftovers = await readdir(this.#folders.making);
    for (const name of leftovers) await this.#remove(join(this.#folders.making, name));
    const found: [string, Entry][] = [];
    for (const key of await readdir(this.#folders.artefacts)) {
      const entry = await this.#read(key);
      if (entry === null) await this.#remove(join(this.#folders.artefacts, key));
      else found.push([key, entry]);
    }
    for (const [key, entry] of found.sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
      this.#entries.set(key, entry);
      this.#bytes += entry.bytes;
    }
    await this.sweep();
  }

  /** A step uses an artefact from now on; call the result when it no longer does. */
  use(key: string): () => void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return () => {};
    entry.uses++;
    this.#note(key, entry);
    return () => {
      entry.uses--;
    };
  }

  /** An artefact was found, or made: then `bytes` is its size. */
  noteMade(key: string, bytes: number): void {
    const known = this.#entries.get(key);
    if (known !== undefined) this.#note(key, known);
    else if (bytes > 0) this.#add(key, bytes);
    else void this.#read(key).then((entry) => this.#add(key, entry?.bytes ?? 0));
  }

  /** A step found it missing. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || !this.#entries.delete(key)) return;
    this.#bytes -= entry.bytes;
  }

  /** Never rejects. Removes what is too old and, least recently used first, what is too much. */
  sweep(): Promise<void> {
    this.#isSweepDue = true;
    this.#sweeping ??= this.#sweepAll().finally(() => {
      this.#sweeping = null;
    });
    return this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    while (this.#isSweepDue) {
      this.#isSweepDue = false;
      try {
        await this.#removeSurplus();
      } catch (error) {
        this.#deps.log.error({ err: error }, 'the cache of compiled programs could not be tidied');
      }
    }
  }

  async #removeSurplus(): Promise<void> {
    const oldest = this.#deps.clock.now() - this.#deps.maxIdleMs;
    const newest = this.#entries.size - NEWEST_KEPT;
    for (const [index, [key, entry]] of [...this.#entries].entries()) {
      const isTooMuch = this.#bytes > this.#deps.maxBytes && index < newest;
      if (!isTooMuch && entry.usedAt >= oldest) return;
      if (entry.uses > 0 || this.#entries.get(key) !== entry) continue;
      this.forget(key);
      await this.#evict(key);
    }
  }

  #add(key: string, bytes: number): void {
    if (bytes === 0 || this.#entries.has(key)) return;
    const now = this.#deps.clock.now();
    this.#entries.set(key, { bytes, usedAt: now, touchedAt: now, uses: 0 });
    this.#bytes += bytes;
    if (this.#bytes > this.#deps.maxBytes) void this.sweep();
  }

  #note(key: string, entry: Entry): void {
    const now = this.#deps.clock.now();
    entry.usedAt = now;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (now - entry.touchedAt < TOUCH_MS) return;
    entry.touchedAt = now;
    const seconds = now / 1000;
    utimes(join(this.#folders.artefacts, key, 'manifest.json'), seconds, seconds).catch(() => {
      // Gone: the step that uses it will say so.
    });
  }

  /** Moved away first, so that nobody ever finds half of it. */
  async #evict(key: string): Promise<void> {
    const grave = await mkdtemp(join(this.#folders.making, 'r-'));
    await rename(join(this.#folders.artefacts, key), join(grave, key)).catch(() => {});
    await this.#remove(grave);
  }

  async #remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true }).catch((error: unknown) =>
      this.#deps.log.warn({ err: error, path }, 'something of the cache could not be removed'),
    );
  }

  async #read(key: string): Promise<Entry | null> {
    const path = join(this.#folders.artefacts, key, 'manifest.json');
    try {
      const { mtimeMs } = await stat(path);
      const { files } = JSON.parse(await readFile(path, 'utf8')) as { files: { bytes: number }[] };
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      return { bytes, usedAt: mtimeMs, touchedAt: mtimeMs, uses: 0 };
    } catch {
      return null;
    }
  }
}
