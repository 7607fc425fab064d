import { type Language, pathOf, plainFiles } from './language.ts';
import { native } from './native.ts';

export const cpp: Language = {
  ...native,
  name: 'cpp',
  programs: ['g++'],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'g++'), '--version'] }),
  files: plainFiles('cpp'),
  // A driver includes the candidate's file: one translation unit.
  compile: (programs) => ({
    argv: [
      pathOf(programs, 'g++'),
      '-std=gnu++20',
      '-O2',
      '-pipe',
      '-pthread',
      '-o',
      '/box/main',
      'main.cpp',
    ],
    output: 'main',
  }),
  sample: `#include <cctype>
#include <iostream>
#include <string>
int main() {
  std::string line;
  std::getline(std::cin, line);
  for (char &c : line) c = std::toupper(c);
  std::cout << line << "\\n";
}
`,
};
