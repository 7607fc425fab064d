import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { openJailHost } from '../../../src/execution/jail-host.ts';
import { languageNames, languages } from '../../../src/execution/languages/registry.ts';
import { compileLimits } from '../../../src/execution/limits.ts';
import type { JailRunner } from '../../../src/execution/runner.ts';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { type Figure, percentile } from '../figures.ts';
import type { Measure } from '../measure.ts';

/** Time of the compile step of a language's sample, in ms, and whether the program was there already. */
async function timeCompile(runner: JailRunner, config: Config, language: SupportedLanguage, mark: string) {
  const { sample } = languages[language];
  const comment = language === 'python' ? '#' : '//';
  const code = `${sample}\n${comment} ${mark}\n`;
  const sources = languages[language].files({ language, code, driver: null });
  const limits = compileLimits(config);
  const start = performance.now();
  const outcome = await runner.run(
    { kind: 'compile', language, sources, limits },
    AbortSignal.timeout(120_000),
  );
  const ms = performance.now() - start;
  if (outcome.status !== 'done' || outcome.artefact === null)
    throw new Error(`the sample of ${language} does not compile`);
  return { ms, cached: outcome.cached };
}

/** The compile step of a program that was compiled before, and of one that was not, in each language. */
export const compileMeasure: Measure = {
  name: 'compile',
  async run({ directory, isQuick }) {
    const [dataDirectory, cacheDir] = [path.join(directory, 'compile'), path.join(directory, 'compiled')];
    for (const folder of [dataDirectory, cacheDir]) mkdirSync(folder, { mode: 0o755 });
    const { config } = loadConfig({ flags: { 'sandbox.uidBase': 760_000 } });
    const host = await openJailHost({ config, clock: systemClock, log: silentLog, dataDirectory, cacheDir });
    if (!host.ok) throw new Error(`${host.why}. ${host.remedy}`);
    try {
      const figures: Figure[] = [];
      for (const language of languageNames) {
        if (!(await host.runner.probe(language)).available) continue;
        const [again, fresh]: [number[], number[]] = [[], []];
        for (let round = 0; round < (isQuick ? 1 : 5); round++) {
          fresh.push((await timeCompile(host.runner, config, language, `${round}`)).ms);
          for (let at = 0; at < 20; at++) {
            const { ms, cached } = await timeCompile(host.runner, config, language, `${round}`);
            if (!cached) throw new Error(`${language} was compiled twice`);
            again.push(ms);
          }
        }
        figures.push({
          what: `compile step of the same source again, ${language}, p50`,
          measured: percentile(again, 0.5),
          baseline: percentile(fresh, 0.5),
          relation: 'alone',
          unit: 'ms',
          target: { atMost: 3 },
          note: 'baseline: the first time',
        });
      }
      return figures;
    } finally {
      await host.close();
    }
  },
};
