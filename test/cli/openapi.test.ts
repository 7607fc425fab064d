import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, cleanUp, documentOf, newPlace, root, run } from './support.ts';

beforeAll(buildProgram);
afterAll(cleanUp);

type Document = { openapi: string; paths: Record<string, Record<string, { operationId?: string }>> };
const operationsOf = ({ paths }: Document) =>
  Object.values(paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId }) => operationId ?? []),
  );

describe('openapi', () => {
  it('prints what is served; with the unbound operations that is the whole contract', async () => {
    const env = { SYNCODE_DATA_DIR: newPlace() };
    const throwAway = () => readdirSync(tmpdir()).filter((name) => name.startsWith('syncode-bindings-'));
    const before = throwAway();
    const plain = await run(['openapi'], { env });
    expect(plain).toMatchObject({ code: 0, err: '' });
    const served = JSON.parse(plain.out) as Document;
    expect(served.openapi).toMatch(/^3\.1\./);
    expect(documentOf(await run(['openapi', '--json'], { env })).document).toEqual(served);

    const { bound, unbound } = documentOf(await run(['openapi', '--unbound', '--json'], { env })) as {
      bound: number;
      unbound: { id: string }[];
    };
    const ids = operationsOf(served);
    expect(ids).toHaveLength(bound);
    expect(new Set(ids).size).toBe(bound);
    const contract = JSON.parse(readFileSync(path.join(root, 'docs/openapi.json'), 'utf8')) as Document;
    expect([...ids, ...unbound.map(({ id }) => id)].sort()).toEqual(operationsOf(contract).sort());

    const { out } = await run(['openapi', '--unbound'], { env });
    expect(out).toContain(`${bound} operations are served, ${unbound.length} are not yet:\n`);
    for (const { id } of unbound) expect(out).toContain(`\n${id} `);
    expect(throwAway().filter((name) => !before.includes(name))).toEqual([]);
  }, 60_000);
});
