import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productPath } from '../../../src/config/product.ts';
import { readPackage } from '../../../src/control/problems/package/package.ts';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import { createSubmissionJob } from '../support/jobs.ts';
import { openPlaneBench, type PlaneBench } from '../support/plane-bench.ts';

/** References in other languages have been through the same cases, but take minutes here. */
const languages: readonly SupportedLanguage[] = ['python', 'java', 'cpp', 'javascript'];

const folder = productPath('templates', 'problems');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const packages = await Promise.all(names.map((name) => readPackage(path.join(folder, name))));
const submissions = packages.flatMap(({ slug, content, submissions: all }) =>
  all
    .filter(({ expected, language }) => expected !== 'accepted' || languages.includes(language))
    .map((submission) => ({ slug, content, ...submission })),
);

const cacheDir = mkdtempSync(path.join(tmpdir(), 'syncode-problems-cache-'));
let bench: PlaneBench;
beforeAll(async () => {
  bench = await openPlaneBench({ driver: 'bubblewrap', cacheDir });
});
afterAll(async () => {
  await bench.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

describe('solutions of the built-in problems, in the jail', () => {
  it('there are some for every package: accepted in four languages, a wrong and a slow one', () => {
    for (const { slug } of packages) {
      const own = submissions.filter((one) => one.slug === slug);
      const accepted = own.filter(({ expected }) => expected === 'accepted').map(({ language }) => language);
      expect([slug, [...new Set(accepted)].sort()]).toEqual([slug, [...languages].sort()]);
      const others = new Set(own.map(({ expected }) => expected));
      expect([slug, others.has('wrong_answer'), others.has('time_limit_exceeded')]).toEqual([
        slug,
        true,
        true,
      ]);
    }
  });

  it.each(submissions)('$slug: $path ends as expected: $expected', async (submission) => {
    const { content, language, code, expected, slug } = submission;
    const cases = content.cases.map((one, index) => ({
      index,
      input: one.input,
      expectedOutput: one.expectedOutput,
      wish: {
        timeoutMs: one.timeoutMs ?? content.timeLimitMs,
        memoryMb: one.memoryMb ?? content.memoryLimitMb,
      },
    }));
    expect(cases.length).toBeGreaterThanOrEqual(12);
    const { mode } = content.comparison;
    if (mode === 'checker' || mode === 'float') throw new Error('not among the built-in ones');
    const more = { program: { language, code, driver: null }, comparison: { mode }, cases };
    const job = createSubmissionJob(`${slug}/${submission.path}`, 0, more);
    const end = await bench.perform(job);
    const verdicts = (bench.results.cases.get(job.jobId) ?? []).map(({ verdict }) => verdict);
    expect(end).toMatchObject({ status: 'completed' });
    if (expected === 'accepted') expect(new Set(verdicts)).toEqual(new Set(['accepted']));
    else {
      expect(verdicts).toContain(expected);
      expect(verdicts).toContain('accepted');
    }
  });
});
