import { accessSync, constants, readlinkSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Language } from './languages/language.ts';
import { inJail, type Tool } from './sandbox/jail.ts';

const SEARCHED = ['/usr/local/bin', '/usr/bin', '/bin'] as const;
/** What jails show of the host. */
const SHOWN = /^\/(?:usr|bin|sbin|lib|lib64)\/|^\/etc\/(?:alternatives|java-\d+-openjdk)\//;
const MAX_LINKS = 20;

/** A language's programs: paths inside the jail, and what changes with every other build of them; or why one is missing. */
export type Lookup =
  | { readonly ok: true; readonly programs: Readonly<Record<string, string>>; readonly identity: string }
  | { readonly ok: false; readonly reason: string };

type Found = { readonly path: string; readonly identity: string };

/** Follows links one by one: every one of them must be visible in the jail. Returns the first that is not. */
function hiddenLink(path: string): string | null {
  let current = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    if (!SHOWN.test(current)) return current;
    let target: string;
    try {
      target = readlinkSync(current);
    } catch {
      const real = realpathSync(current);
      return SHOWN.test(real) ? null : real;
    }
    current = resolve(current, '..', target);
  }
  return current;
}

function identify(hostPath: string): string {
  const real = realpathSync(hostPath);
  const { size, mtimeMs } = statSync(real);
  return `${real} ${size} ${mtimeMs}`;
}

function findProgram(name: string): Found | { readonly missing: string } {
  let missing = `${name} was not found in ${SEARCHED.join(', ')}`;
  for (const directory of SEARCHED) {
    const path = `${directory}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      const hidden = hiddenLink(path);
      if (hidden === null) return { path, identity: identify(path) };
      missing = `${path} leads to ${hidden}, which programs in the sandbox cannot see`;
    } catch {
      // the next one
    }
  }
  return { missing };
}

function findTool(tool: Tool, host: Readonly<Record<Tool, string>>): Found | { readonly missing: string } {
  try {
    return { path: inJail[tool], identity: identify(host[tool]) };
  } catch {
    return { missing: `${host[tool]}, which belongs to this program, is missing: install it again` };
  }
}

/** Looks for a language's programs; cheap enough for every compile step, so that an upgrade is noticed. */
export function lookUpPrograms(
  language: Pick<Language, 'programs' | 'tools'>,
  host: Readonly<Record<Tool, string>>,
): Lookup {
  const programs: Record<string, string> = {};
  const identities: string[] = [];
  const all = [
    ...language.programs.map((name) => [name, findProgram(name)] as const),
    ...language.tools.map((tool) => [tool, findTool(tool, host)] as const),
  ];
  for (const [name, found] of all) {
    if ('missing' in found) return { ok: false, reason: found.missing };
    programs[name] = found.path;
    identities.push(found.identity);
  }
  return { ok: true, programs, identity: identities.join('\n') };
}
