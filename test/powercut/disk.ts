import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DiskFile } from './disk-file.ts';
import type { DiskRecord } from './recording.ts';

/** A change of a folder: a name gets a file or folder, or (null) loses it. */
type Naming = { readonly name: string; readonly node: DiskFile | Folder | null };
type Nodes = Map<string, DiskFile | Folder>;

/** Names in a folder: those that a sync of the folder made safe, and changes that may or may not have arrived. */
class Folder {
  readonly safe: Nodes = new Map();
  readonly now: Nodes = new Map();
  #pending: Naming[] = [];
  readonly #begun = new Map<number, number>();

  change(name: string, node: DiskFile | Folder | null): void {
    put(this.now, { name, node });
    this.#pending.push({ name, node });
  }

  beginSync(id: number): void {
    this.#begun.set(id, this.#pending.length);
  }

  endSync(id: number): void {
    const count = this.#begun.get(id) ?? 0;
    for (const naming of this.#pending.splice(0, count)) put(this.safe, naming);
    for (const [other, covers] of this.#begun) this.#begun.set(other, Math.max(0, covers - count));
  }

  /** The names after a power cut: changes of one folder arrive in their order. */
  namesAfterPowerCut({ random, arrived }: Cut): Nodes {
    const names: Nodes = new Map(this.safe);
    const count = arrived === 1 ? this.#pending.length : Math.floor(random() * (this.#pending.length + 1));
    for (const naming of this.#pending.slice(0, count)) put(names, naming);
    return names;
  }
}

function put(names: Nodes, { name, node }: Naming): void {
  if (node === null) names.delete(name);
  else names.set(name, node);
}

export type Cut = {
  readonly random: () => number;
  /** What arrives as a whole: 512 or 4096 bytes. */
  readonly blockBytes: number;
  /** Chance of each pending block; 1: everything has arrived, new names and lengths too. */
  readonly arrived: number;
};

/** A directory as the disk holds it: what syncs have made safe, and what has been done since. */
export class Disk {
  readonly #root = new Folder();

  /** Files that were there, and safe, before the recording began. */
  addSafe(name: string, content: Buffer): void {
    const file = new DiskFile(content);
    this.#root.safe.set(name, file);
    this.#root.now.set(name, file);
  }

  add(record: DiskRecord): void {
    const { type, name, syncId } = record;
    const { folder, base } = this.#locate(name);
    const node = name === '' ? this.#root : folder?.now.get(base);
    switch (type) {
      case 'create':
        folder?.change(base, new DiskFile(Buffer.alloc(0)));
        break;
      case 'makeFolder':
        folder?.change(base, new Folder());
        break;
      case 'remove':
        folder?.change(base, null);
        break;
      case 'rename': {
        const to = this.#locate(record.data.toString());
        if (node) to.folder?.change(to.base, node);
        folder?.change(base, null);
        break;
      }
      case 'syncBegin':
        node?.beginSync(syncId);
        break;
      case 'syncEnd':
        node?.endSync(syncId);
        break;
      default:
        if (node instanceof DiskFile) node.change(record);
    }
  }

  /** Writes into an empty directory what a power cut may leave. */
  writeImage(directory: string, cut: Cut): void {
    writeFolder(this.#root, directory, cut);
  }

  #locate(name: string): { folder: Folder | undefined; base: string } {
    const parts = name.split('/');
    let folder: Folder | undefined = this.#root;
    for (const part of parts.slice(0, -1)) {
      const next: DiskFile | Folder | undefined = folder?.now.get(part);
      folder = next instanceof Folder ? next : undefined;
    }
    return { folder, base: parts.at(-1) ?? '' };
  }
}

function writeFolder(folder: Folder, directory: string, cut: Cut): void {
  for (const [name, node] of folder.namesAfterPowerCut(cut)) {
    const target = path.join(directory, name);
    if (node instanceof DiskFile) {
      writeFileSync(target, node.imageAfterPowerCut(cut), { mode: 0o600 });
    } else {
      mkdirSync(target, { mode: 0o700 });
      writeFolder(node, target, cut);
    }
  }
}
