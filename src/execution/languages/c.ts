import { type Language, pathOf, plainFiles } from './language.ts';
import { native } from './native.ts';

export const c: Language = {
  ...native,
  name: 'c',
  programs: ['gcc'],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'gcc'), '--version'] }),
  files: plainFiles('c'),
  // gnu17, since strict c17 would hide POSIX. A driver includes the candidate's file: one translation unit.
  compile: (programs) => ({
    argv: [
      pathOf(programs, 'gcc'),
      '-std=gnu17',
      '-O2',
      '-pipe',
      '-pthread',
      '-o',
      '/box/main',
      'main.c',
      '-lm',
    ],
    output: 'main',
  }),
  sample: `#include <ctype.h>
#include <stdio.h>
int main(void) {
  for (int c; (c = getchar()) != EOF && c != '\\n';) putchar(toupper(c));
  putchar('\\n');
}
`,
};
