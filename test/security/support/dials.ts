import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The environment under which a program notes in `file` whom it reaches for; builds what is preloaded in `directory`. */
export function watchDials(directory: string, file: string): Record<string, string> {
  const library = join(directory, 'dial-shim.so');
  const source = join(import.meta.dirname, 'dial-shim.c');
  if (!existsSync(library))
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl']);
  return { LD_PRELOAD: library, DIAL_LOG: file };
}

/** What was noted, a line each, without repetitions. */
export function readDials(file: string): string[] {
  return existsSync(file) ? [...new Set(readFileSync(file, 'utf8').trim().split('\n'))] : [];
}

/** Addresses and ports on which a process listens, as the kernel writes them: hexadecimal, by bytes of the machine. */
export function listenersOf(pid: number): string[] {
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // It was closed meanwhile.
    }
  });
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1),
  );
  return tables.flatMap((line) => {
    const [, local = '', remote, , , , , , , inode] = line.trim().split(/\s+/);
    const isListening = /^0+:0000$/.test(remote ?? '');
    return isListening && own.has(inode) ? [local] : [];
  });
}
