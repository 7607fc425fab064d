import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../src/generated/tables.ts';
import type { OperationId } from '../src/http/operation.ts';
import { listBindings } from '../src/server/bindings.ts';
import { readErrorTable } from '../tools/contract/check.ts';

const root = path.resolve(import.meta.dirname, '..');
const table = readErrorTable(readFileSync(path.join(root, 'docs/spec/errors.md'), 'utf8'));

type Definition = { readonly code: string; readonly status: number; readonly file: string };

function sources(): { file: string; text: string }[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('generated/'))
    .map((file) => ({ file, text: readFileSync(path.join(root, 'src', file), 'utf8') }));
}

function definitionsIn({ file, text }: { file: string; text: string }): Definition[] {
  const defined = /\bdefineError\(\s*'([A-Z0-9_]+)',\s*(\d{3}),/g;
  const literal = /\bcode: '([A-Z0-9_]+)',\s*status: (\d{3})\b/g;
  return [...text.matchAll(defined), ...text.matchAll(literal)].map(([, code = '', status]) => ({
    code,
    status: Number(status),
    file,
  }));
}

let definitions: Definition[];
let defined: ReadonlySet<string>;
beforeAll(() => {
  definitions = sources().flatMap(definitionsIn);
  defined = new Set(definitions.map(({ code }) => code));
});

describe('errors', () => {
  it('are all found: every call of defineError names its code and status', () => {
    const calls = sources()
      .filter(({ file }) => file !== 'kernel/errors.ts')
      .map(({ file, text }) => ({ file, calls: text.match(/\bdefineError\(/g)?.length ?? 0 }));
    const found = (file: string) => definitions.filter((one) => one.file === file).length;
    expect(calls.filter(({ file, calls: count }) => count > found(file))).toEqual([]);
    expect(definitions.length).toBeGreaterThan(40);
  });

  it('stand in the documentation with the same status', () => {
    const wrong = definitions.filter(({ code, status }) => table.statuses.get(code) !== status);
    expect(wrong).toEqual([]);
  });

  it('that the contract declares stand there too', () => {
    const declared = Object.entries(operations).flatMap(([id, { errors }]) =>
      Object.entries(errors).map(([code, status]) => ({ id, code, status })),
    );
    expect(declared.length).toBeGreaterThan(100);
    expect(declared.filter(({ code, status }) => table.statuses.get(code) !== status)).toEqual([]);
  });

  it('that an operation served may answer are defined', async () => {
    const bound = (await listBindings()).map(({ id }) => id as OperationId);
    const codes = bound.flatMap((id) => Object.keys(operations[id].errors).map((code) => ({ id, code })));
    const universal = [...table.universal].map((code) => ({ id: 'every operation', code }));
    expect(bound.length).toBeGreaterThan(30);
    expect([...codes, ...universal].filter(({ code }) => !defined.has(code))).toEqual([]);
  });
});
