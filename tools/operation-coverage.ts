/**
 * `node tools/operation-coverage.ts <answers>`: whether tests got every answer of every operation served: each status,
 * each error code that it declares, and each universal code from any of them. Prints what is missing, and fails then.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operations } from '../src/generated/tables.ts';
import { listBindings } from '../src/server/bindings.ts';
import { readErrorTable } from './contract/check.ts';

const errorPage = join(import.meta.dirname, '../docs/spec/errors.md');

async function main(answers: string): Promise<void> {
  const seen = new Set(readFileSync(answers, 'utf8').split('\n'));
  const codes = new Set([...seen].map((line) => line.split(' ')[2]));
  const bound = await listBindings();
  const wanted = bound.flatMap(({ id }) => {
    const { statuses, errors } = operations[id];
    const refusals = Object.entries(errors).map(([code, status]) => `${id} ${status} ${code}`);
    return [...statuses.map((status) => `${id} ${status} -`), ...refusals];
  });
  const { universal } = readErrorTable(readFileSync(errorPage, 'utf8'));
  const missing = [
    ...wanted.filter((line) => !seen.has(line)),
    ...[...universal].filter((code) => !codes.has(code)).map((code) => `any operation ${code}`),
  ];
  process.stdout.write(missing.map((line) => `no test gets: ${line}\n`).join(''));
  const total = wanted.length + universal.size;
  process.stdout.write(`${bound.length} operations, ${total - missing.length} of ${total} answers seen\n`);
  process.exitCode = missing.length > 0 ? 1 : 0;
}

const [answers] = process.argv.slice(2);
if (answers === undefined) throw new Error('usage: node tools/operation-coverage.ts <answers>');
await main(answers);
