import { readFileSync } from 'node:fs';

function finalText(keys: string): string {
  // TODO: return the text that stands on the page in the end.
  return '';
}

const [, keys = ''] = readFileSync(0, 'utf8').split('\n');
console.log(finalText(keys.trim()) || '(empty)');
