import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundle } from './contract/bundle.ts';
import { writeEnums } from './contract/enums.ts';
import { writeTypes } from './contract/types.ts';

const root = resolve(import.meta.dirname, '..');

function main(): void {
  const startedAt = performance.now();
  const document = bundle(join(root, 'src'));
  const generated = join(root, 'src/generated');
  mkdirSync(generated, { recursive: true });
  const files: Record<string, string> = {
    'api.ts': writeTypes(document),
    'enums.ts': writeEnums(document),
  };
  for (const [name, text] of Object.entries(files)) writeIfChanged(join(generated, name), text);
  writeIfChanged(join(root, 'docs/openapi.json'), `${JSON.stringify(document, null, 1)}\n`);
  process.stdout.write(`generated in ${Math.round(performance.now() - startedAt)} ms\n`);
}

function writeIfChanged(file: string, text: string): void {
  let old: string | undefined;
  try {
    old = readFileSync(file, 'utf8');
  } catch {
    mkdirSync(resolve(file, '..'), { recursive: true });
  }
  if (old !== text) writeFileSync(file, text);
}

main();
