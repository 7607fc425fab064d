import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/generated/tables.ts';
import { inputs } from '../../src/generated/validators.js';

/*
 * What no request can show: who may use what. Each search is tried on a line that it must find, so that it cannot
 * become blind unseen.
 */
const root = path.resolve(import.meta.dirname, '../..');
const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('generated/'))
  .map((name) => ({ name, text: readFileSync(path.join(root, 'src', name), 'utf8') }));

/** `file: line` of every line that fits, without comments. */
function linesThat(pattern: RegExp, among = files): string[] {
  return among.flatMap(({ name, text }) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !/^(\/\/|\/\*|\*)/.test(line) && pattern.test(line))
      .map((line) => `${name}: ${line}`),
  );
}
const filesOf = (lines: readonly string[]) =>
  [...new Set(lines.map((line) => line.slice(0, line.indexOf(':'))))].sort();
const sees = (pattern: RegExp, line: string) =>
  linesThat(pattern, [{ name: 'planted.ts', text: line }]).length === 1;

describe('comparison of secrets', () => {
  const secret =
    '\\b[\\w.?()[\\]]*(?:secret|[tT]oken|signature|tokenHash|passwordHash|identifierHash|[pP]assword|hmac|[cC]ookie|nonce)\\b[\\w.?()]*';
  const nothing = '(?:null|undefined|true|false|\'\'|"")';
  const compared = new RegExp(
    `${secret} [!=]==? (?!${nothing})|[!=]==? (?!${nothing})${secret}(?! [!=]==? ${nothing})`,
  );

  it('is never a plain one, but where both sides are no secrets of a caller [S7]', () => {
    for (const line of [
      'if (token === given) return',
      'return row.tokenHash == hashToken(x)',
      'a !== user.passwordHash',
    ])
      expect([line, sees(compared, line)]).toEqual([line, true]);
    for (const line of ['if (token === null) return', "if (password === '') {", 'cookie !== undefined'])
      expect([line, sees(compared, line)]).toEqual([line, false]);
    const allowed = [
      // Two passwords of one request, or of one person at a terminal.
      "cli/account-order.ts: else if ((await askSecret('The same password again')) === password) return password;",
      "control/accounts/actions/change-password.ts: if (newPassword.normalize('NFC') === currentPassword.normalize('NFC'))",
      // Two readings of the same row: has somebody else changed it meanwhile?
      'control/accounts/actions/change-password.ts: if (findUser(tx, userId)?.passwordHash !== user.passwordHash) throw InvalidCredentials();',
      'control/accounts/actions/login.ts: if (user === null || user.deletedAt !== null || user.passwordHash !== attempt.user.passwordHash)',
    ];
    const others = linesThat(compared).filter((line) => !/token === want|typeof token ===/.test(line));
    expect(others.filter((line) => !allowed.includes(line))).toEqual([]);
  });

  it('in constant time is what tokens and the secret between planes go through [S7]', () => {
    const users = filesOf(linesThat(/timingSafeEqual\(/));
    expect(users).toEqual(['control/accounts/sessions.ts', 'http/secret.ts']);
    // Signatures by the library, which has them checked by WebCrypto; passwords by argon2; reset tokens are looked up
    // by the hash of what was given, which a guess cannot steer.
    expect(filesOf(linesThat(/\bjwtVerify\(/))).toEqual(['control/accounts/tokens.ts']);
    expect(filesOf(linesThat(/argon2\.verify\(/))).toEqual(['control/accounts/passwords.ts']);
    expect(filesOf(linesThat(/isSecret\(/)).filter((name) => name !== 'http/secret.ts')).toEqual([
      'http/routes.ts',
    ]);
  });
});

describe('tokens', () => {
  it('are made and checked at one place, with the algorithm pinned [S8]', () => {
    expect(filesOf(linesThat(/from 'jose'/))).toEqual(['control/accounts/tokens.ts']);
    expect(linesThat(/algorithms:/)).toEqual(["control/accounts/tokens.ts: algorithms: ['HS256'],"]);
    expect(filesOf(linesThat(/createHmac|createSign|createVerify/))).toEqual([
      'control/accounts/accounts.ts',
    ]);
  });
});

describe('statements', () => {
  it('hold no text that was put together, but names of the program’s own [S18]', () => {
    const raw = /sql\.raw\(/;
    const joined = /\.(prepare|exec|pragma)\(\s*(`[^`]*\$\{|['"][^'"]*['"]\s*\+)/;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of a program
    expect(sees(joined, 'db.prepare(`SELECT * FROM users WHERE name = ${name}`)')).toBe(true);
    expect(linesThat(raw)).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a line of a program
      'control/problems/queries/listing.ts: title: sql<string>`substr(${problems.titleKey}, 1, ${sql.raw(String(TITLE_LENGTH))})`,',
    ]);
    const known: Record<string, RegExp> = {
      // Names of tables that this file counts.
      'server/status.ts': /SELECT count\(\*\) FROM \$\{where\}/,
      // Names of tables as the database lists them, quoted.
      'db/read-jobs.ts': /replaceAll\('"', '""'\)/,
    };
    const found = linesThat(joined).filter((line) => !known[line.slice(0, line.indexOf(':'))]?.test(line));
    // Settings of the connection, which take no bound parameters: constants, and a choice of two.
    const constants =
      /^db\/\w[\w-]*\.ts: .*\.pragma\(`\w+[ =(]+\$\{(isServer \? )?([A-Z_]+|synchronous)( : [A-Z_]+)?\}\)?`\)/;
    expect(found.filter((line) => !constants.test(line))).toEqual([]);
  });

  it('search without patterns: there is no LIKE and no GLOB to escape [S18]', () => {
    const pattern = /\b(LIKE|GLOB|REGEXP|MATCH)\b|\b(i?like|notLike|notIlike)\(/;
    expect(sees(pattern, 'where(like(users.name, text))')).toBe(true);
    expect(linesThat(pattern)).toEqual([]);
  });
});

describe('every operation of the contract', () => {
  it('has a permission, and a check for its path, its query, its headers and its body [S18] [S20]', () => {
    const all = Object.entries(operations);
    expect(all.length).toBeGreaterThan(80);
    const checks = inputs as Record<string, unknown>;
    for (const [id, entry] of all) {
      expect([id, entry.permission]).toEqual([id, expect.stringMatching(/^[a-z]+(:[a-z-]+)?$/)]);
      const parts = [
        ...(entry.path.includes('{') ? ['path'] : []),
        ...(Object.keys(entry.query).length > 0 ? ['query'] : []),
        ...(entry.headers.length > 0 ? ['header'] : []),
        ...(entry.body === 'none' ? [] : ['body']),
      ];
      expect([id, parts.filter((part) => typeof checks[`${id}_${part}`] !== 'function')]).toEqual([id, []]);
      if (!entry.internal) expect(entry.maxBodyBytes).toBeLessThanOrEqual(5 * 1024 * 1024);
    }
  });
});

describe('the way out', () => {
  const dial =
    /\bfetch\(|node:(http|https|http2|tls|dgram|dns|net)['/"]|from '(ws|undici|nodemailer|axios|got|ollama|livekit-server-sdk)|@aws-sdk|new WebSocket\(|EventSource\(/;
  const isType = (line: string) => /: import type /.test(line);

  it('is open to few: the server fetches nothing, so no address of a user either [S21]', () => {
    for (const line of [
      "import { request } from 'node:https';",
      'await fetch(body.url)',
      "import { fetch } from 'undici';",
    ])
      expect([line, sees(dial, line)]).toEqual([line, true]);
    const found = linesThat(dial).filter((line) => !isType(line));
    const allowed: Record<string, string> = {
      'client/': 'the client for browsers, the demo and tests; no part of the server',
      'cli/demo/': 'the demo, which plays people at a server of its own',
      'collab/wire.ts': 'takes sockets, opens none',
      'config/server-settings.ts': 'looks whether a text is an address',
      'execution/sandbox/self-test.ts': 'listens, to see that no jail reaches it',
      'execution/suite/harness.ts': 'listens, to see that no jail reaches it',
      'http/addresses.ts': 'looks whether a text is an address',
      'http/raw-refusal.ts': 'names of statuses',
      'server/control-socket.ts': 'the socket file of the operator',
      'server/doctor-':
        'the doctor asks the configured public URL and tries ports, by a command of the operator',
      'server/exposure.ts': 'looks whether a text is an address',
      'server/offline-proof.ts': 'dials on purpose, in a network of its own, by a command of the operator',
    };
    const strangers = filesOf(found).filter(
      (file) => !Object.keys(allowed).some((prefix) => file.startsWith(prefix)),
    );
    expect(strangers).toEqual([]);
  });

  it('is not taken by what the server is made of: no part of it but the doctor names one that asks [S21]', () => {
    const asking = filesOf(
      linesThat(/\bfetch\(/).filter((line) => !line.startsWith('cli/') && !line.startsWith('client/')),
    );
    expect(asking).toEqual(['server/doctor-address.ts']);
    // It follows no redirection.
    expect(files.find(({ name }) => name === 'server/doctor-address.ts')?.text).toMatch(
      /redirect: 'manual'|redirect: 'error'/,
    );
    const importers = linesThat(/doctor-address\.ts'/);
    expect(filesOf(importers)).toEqual(['server/doctor.ts']);
  });
});

describe('what runs programs of users', () => {
  const worker = files.filter(({ name }) => /^execution\//.test(name));
  const workerSide =
    /^execution\/(worker|worker-slot|worker-tasks|runner|artefacts|jail-setup|jail-host|sandbox\/|languages\/)/;

  it('has neither keys nor the database at hand [S27]', () => {
    const forbidden = /from '.*\/(db|control|collab|http|server)\/|config\/keys\.ts|jose|better-sqlite3/;
    expect(sees(forbidden, "import { loadKeys } from '../config/keys.ts';")).toBe(true);
    const side = worker.filter(({ name }) => workerSide.test(name));
    expect(side.length).toBeGreaterThan(20);
    expect(linesThat(forbidden, side).filter((line) => !isTypeOnly(line))).toEqual([]);
  });

  it('has no way around the jail: it starts the supervisor of jails and its helpers, nothing else [S26]', () => {
    const start = /from 'node:(child_process|cluster)'|from 'execa'/;
    expect(sees(start, "import { spawn } from 'node:child_process';")).toBe(true);
    expect(filesOf(linesThat(start, worker))).toEqual([
      'execution/sandbox/drivers.ts', // an empty jail, to see whether a driver works
      'execution/sandbox/supervisor-process.ts',
      'execution/sandbox/sweep.ts', // `syncode-jail sweep`
    ]);
  });
});

const isTypeOnly = (line: string) => /: (import|export) type /.test(line);
