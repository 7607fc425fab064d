import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { bundle } from './contract/bundle.ts';
import { checkContract, readErrorTable } from './contract/check.ts';
import type { Document } from './contract/document.ts';
import { writeEnums } from './contract/enums.ts';
import { shapeTypes, writeShapes } from './contract/shapes.ts';
import { writeTables } from './contract/tables.ts';
import { writeTypes } from './contract/types.ts';
import { validatorTypes, writeValidators } from './contract/validators.ts';

const root = resolve(import.meta.dirname, '..');
const published = join(root, 'docs/openapi.json');
const errorPage = join(root, 'docs/spec/errors.md');

/** `gen` writes src/generated and docs/openapi.json; `gen --check` also tells what is wrong or stale, and fails. */
function main(): void {
  const startedAt = performance.now();
  const document = bundle(join(root, 'src'));
  const text = `${JSON.stringify(document, null, 1)}\n`;
  writeGenerated(document);
  if (process.argv.includes('--check')) {
    const wrong = check(document, text);
    process.stdout.write(wrong.map((line) => `${line}\n`).join(''));
    process.exitCode = wrong.length > 0 ? 1 : 0;
  } else writeIfChanged(published, text);
  process.stdout.write(`generated in ${Math.round(performance.now() - startedAt)} ms\n`);
}

function writeGenerated(document: Document): void {
  const files: Record<string, string> = {
    'api.ts': writeTypes(document),
    'enums.ts': writeEnums(document),
    'tables.ts': writeTables(document),
    'validators.js': writeValidators(document),
    'validators.d.ts': validatorTypes,
    'shapes.js': writeShapes(document),
    'shapes.d.ts': shapeTypes,
    'openapi.js': `export const openapi = ${JSON.stringify(document)};\n`,
    'openapi.d.ts': 'export declare const openapi: Record<string, unknown>;\n',
  };
  const directory = join(root, 'src/generated');
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeIfChanged(join(directory, name), text);
}

function check(document: Document, text: string): string[] {
  const isStale = !existsSync(published) || readFileSync(published, 'utf8') !== text;
  const stale = isStale ? [`${relative(root, published)} is stale: run npm run gen`] : [];
  if (!existsSync(errorPage)) return [...stale, `${relative(root, errorPage)} is missing`];
  return [...stale, ...checkContract(document, readErrorTable(readFileSync(errorPage, 'utf8')))];
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

main();
