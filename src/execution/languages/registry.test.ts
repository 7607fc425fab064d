import { describe, expect, it } from 'vitest';
import { supportedLanguageValues } from '../../generated/enums.ts';
import { languageNames, languages } from './registry.ts';

const programs = Object.fromEntries(
  languageNames.flatMap((name) => {
    const { programs: own, tools } = languages[name];
    return [...own, ...tools].map((program) => [program, `/usr/bin/${program}`]);
  }),
);

describe('languages', () => {
  it('are those of the contract', () => expect(languageNames).toEqual(supportedLanguageValues));

  it.each(languageNames)('%s names its files', (language) => {
    const { files } = languages[language];
    const one = files({ language, code: 'CODE', driver: null });
    expect(one).toHaveLength(1);
    expect(one[0]).toMatchObject({ name: expect.stringMatching(/^[mM]ain\.\w+$/), text: 'CODE' });
    const two = files({ language, code: 'CODE', driver: 'DRIVER' });
    expect(two[0]).toMatchObject({ name: expect.stringMatching(/^[mM]ain\.\w+$/), text: 'DRIVER' });
    expect(two[1]).toMatchObject({ name: expect.stringMatching(/^[sS]olution\.\w+$/), text: 'CODE' });
  });

  it.each(languageNames)('%s writes to /box only and starts from /app', (language) => {
    const { files, compile, run, entry } = languages[language];
    const sources = files({ language, code: '', driver: null });
    const { argv, output } = compile(programs, sources);
    expect(argv[0]).toMatch(/^\//);
    if (output !== null) expect(argv.join(' ')).toContain(`/box/${output}`);
    const { argv: started } = run(programs, entry(sources), 256);
    expect(started.join(' ')).toContain('/app');
  });

  it('share out the memory as they need it', () => {
    const argv = (language: 'javascript' | 'java') => languages[language].run(programs, 'Main', 200).argv;
    expect(argv('javascript')).toContain('--max-old-space-size=150');
    expect(argv('java')).toContain('-Xmx120m');
    expect(languages.go.run(programs, 'main', 200).env).toEqual({ GOMAXPROCS: '1', GOMEMLIMIT: '180MiB' });
  });

  it('check both files of a function problem, and compile one where it includes the other', () => {
    const compiled = (language: keyof typeof languages) => {
      const { files, compile } = languages[language];
      return compile(programs, files({ language, code: '', driver: '' })).argv.join(' ');
    };
    for (const language of ['python', 'javascript', 'typescript', 'java', 'go'] as const) {
      expect(compiled(language)).toMatch(/[sS]olution\.\w+.* [mM]ain\.\w+|[sS]olution\.\w+ [mM]ain\.\w+/);
    }
    for (const language of ['c', 'cpp', 'rust'] as const)
      expect(compiled(language)).not.toContain('solution');
  });
});
