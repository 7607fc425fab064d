import { findJavaEntry } from './java-entry.ts';
import { candidateFirst, type Language, pathOf } from './language.ts';

const HEAP_SHARE = 0.6;

export const java: Language = {
  name: 'java',
  startupMs: 500,
  memoryFloorMb: 128,
  programs: ['java', 'javac'],
  tools: [],
  versionCommand: (programs) => ({ argv: [pathOf(programs, 'javac'), '-version'] }),
  files: ({ code, driver }) =>
    driver === null
      ? [{ name: findJavaEntry(code).fileName, text: code }]
      : [
          { name: 'Main.java', text: driver },
          { name: 'Solution.java', text: code },
        ],
  entry: ([main, ...others]) => (others.length > 0 ? 'Main' : findJavaEntry(main?.text ?? '').mainClass),
  compile: (programs, sources) => ({
    argv: [
      pathOf(programs, 'javac'),
      '-J-Xmx512m',
      '-encoding',
      'UTF-8',
      '-d',
      '/box/out',
      ...candidateFirst(sources),
    ],
    output: 'out',
  }),
  run: (programs, entry, memoryMb) => ({
    argv: [
      pathOf(programs, 'java'),
      `-Xmx${Math.floor(memoryMb * HEAP_SHARE)}m`,
      '-Xss64m',
      '-XX:+UseSerialGC',
      '-cp',
      '/app',
      entry,
    ],
  }),
  sample: `class Main {
  public static void main(String[] args) {
    System.out.println(new java.util.Scanner(System.in).nextLine().toUpperCase());
  }
}
`,
};
