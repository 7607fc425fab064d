import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languageNames } from '../../../src/execution/languages/registry.ts';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import type { SubmissionJob } from '../../../src/ports/execution.ts';
import { describeDrivers } from '../support/drivers.ts';
import { createRunJob, createSubmissionJob } from '../support/jobs.ts';
import { openPlaneBench, type PlaneBench } from '../support/plane-bench.ts';
import { type Programs, programs } from '../support/programs.ts';

/** One for both drivers: build caches of toolchains take a while to make. */
const cacheDir = mkdtempSync(join(tmpdir(), 'syncode-cache-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

let lastId = 0;
const nextId = () => `job-${++lastId}`;

function submission(
  language: SupportedLanguage,
  code: string,
  more: { timeoutMs?: number; driver?: string; comparison?: SubmissionJob['comparison'] } = {},
): SubmissionJob {
  const { timeoutMs = 10_000, driver = null, comparison = { mode: 'text' } } = more;
  const wish = { timeoutMs, memoryMb: 128 };
  const cases = [
    { index: 0, input: '1 2 3\n', expectedOutput: '6\n', wish },
    { index: 1, input: '40 2', expectedOutput: '42', wish },
  ];
  return createSubmissionJob(nextId(), 0, { program: { language, code, driver }, comparison, cases });
}

describeDrivers(
  (driver) => `with ${driver}`,
  (driver) => {
    let bench: PlaneBench;
    beforeAll(async () => {
      bench = await openPlaneBench({ driver, cacheDir });
      expect(await bench.plane.ready()).toEqual([]);
    }, 600_000);
    afterAll(() => bench.close());

    it('every language is there and has a version', () => {
      expect(bench.plane.health()).toBe('ok');
      for (const state of bench.plane.languages()) {
        expect(state).toMatchObject({ available: true, reason: null, version: expect.stringMatching(/\d/) });
        expect(bench.plane.refusal(state.language)).toBeNull();
      }
    });

    describe.each(languageNames)('%s', (language) => {
      const texts = programs[language];
      const judge = async (code: string, more: Parameters<typeof submission>[2] = {}) => {
        const job = submission(language, code, more);
        const end = await bench.perform(job);
        return { end, cases: bench.results.cases.get(job.jobId) ?? [] };
      };

      it.each<[keyof Programs, string, number]>([
        ['right', 'accepted', 10_000],
        ['device', 'accepted', 10_000],
        ['wrong', 'wrong_answer', 10_000],
        ['exits', 'runtime_error', 10_000],
        ['loops', 'time_limit_exceeded', 300],
        ['hoards', 'memory_limit_exceeded', 10_000],
      ])('%s: %s', async (name, verdict, timeoutMs) => {
        const { end, cases } = await judge(texts[name], { timeoutMs });
        expect(end).toMatchObject({ status: 'completed', verdict });
        expect(cases.map((one) => one.verdict)).toEqual([verdict, verdict]);
        const exits = name === 'exits' ? 3 : name === 'right' ? 0 : undefined;
        if (exits !== undefined) expect(cases[0]?.program?.exitCode).toBe(exits);
      });

      it('broken: compile_error, with the position', async () => {
        const { end, cases } = await judge(texts.broken);
        expect(end).toMatchObject({ status: 'completed', verdict: 'compile_error' });
        const output = end.status === 'completed' ? end.compile.output : null;
        expect(output).toMatch(/(main\.\w+|Main\.java)("?, line |:)\d/);
        expect(cases.map((one) => one.verdict)).toEqual(['compile_error', 'compile_error']);
      });

      it('a function problem: the answer counts, what is printed for debugging goes to stderr', async () => {
        const { end, cases } = await judge(texts.solution, { driver: texts.driver });
        expect(end).toMatchObject({ status: 'completed', verdict: 'accepted' });
        expect(cases[0]?.program?.stderr).toBe('debugging\n');
        expect(cases[0]?.program?.stdout).toBe('6');
      });

      it('a function problem: positions in messages are those of the own file', async () => {
        const { end } = await judge(texts.broken, { driver: texts.driver });
        expect(end).toMatchObject({ status: 'completed', verdict: 'compile_error' });
        expect(end.status === 'completed' ? end.compile.output : '').toMatch(/[sS]olution\.\w+/);
      });

      it('a checker in this language sees input, answer and the whole output', async () => {
        const end = await bench.perform(
          submission('python', programs.python.right, {
            comparison: { mode: 'checker', checker: { language, code: checkers[language] } },
          }),
        );
        expect(end).toMatchObject({ status: 'completed', verdict: 'accepted' });
      });
    });

    it('a run shows its streams, its end and what was measured', async () => {
      const code = 'import sys\nprint(input())\nprint("oops", file=sys.stderr)\nsys.exit(7)\n';
      const program = { language: 'python', code, driver: null } as const;
      const end = await bench.perform(createRunJob(nextId(), { program, stdin: 'hällo\n' }));
      expect(end).toMatchObject({
        status: 'completed',
        outcome: 'runtime_error',
        program: {
          exitCode: 7,
          signal: null,
          stdout: 'hällo\n',
          stderr: 'oops\n',
          timedOut: false,
          outputTruncated: false,
        },
      });
      if (end.status !== 'completed') return;
      expect(end.program.durationMs).toBeGreaterThan(0);
      expect(end.program.cpuTimeMs).toBeGreaterThan(0);
      expect(end.program.memoryUsageMb).toBeGreaterThan(1);
    });

    it('a flood of output is cut and killed', async () => {
      const program = { language: 'python', code: 'while True: print("x" * 100)\n', driver: null } as const;
      const end = await bench.perform(createRunJob(nextId(), { program }));
      expect(end).toMatchObject({ outcome: 'output_limit_exceeded', program: { outputTruncated: true } });
      expect(end.status === 'completed' && end.program.stdout.length).toBe(65_536);
    });

    it('sleeping does not help', async () => {
      const program = { language: 'python', code: 'import time\ntime.sleep(60)\n', driver: null } as const;
      const limits = { timeoutMs: 100, memoryMb: 64 };
      const end = await bench.perform(createRunJob(nextId(), { program, limits }));
      expect(end).toMatchObject({
        outcome: 'time_limit_exceeded',
        program: { timedOut: true, signal: 'SIGKILL' },
      });
    });

    it('a compiled program is taken from the cache, and made again when its files were damaged', async () => {
      const job = () => submission('c', programs.c.right);
      const first = await bench.perform(job());
      const second = await bench.perform(job());
      expect(second).toEqual(first);
    });

    it('a cancelled job is killed and stores nothing', async () => {
      const program = { language: 'python', code: 'import time\ntime.sleep(60)\n', driver: null } as const;
      const jobId = nextId();
      await bench.enqueue(
        createRunJob(jobId, { program, limits: { timeoutMs: 10_000, memoryMb: 64 } }),
        'ann',
      );
      while (bench.results.states.get(jobId) !== 'running') await new Promise((wake) => setTimeout(wake, 5));
      await bench.cancel(jobId);
      const quick = { language: 'python', code: 'print(1)', driver: null } as const;
      await Promise.all([1, 2, 3].map(() => bench.perform(createRunJob(nextId(), { program: quick }))));
      expect(bench.results.finished.some((one) => one.jobId === jobId)).toBe(false);
    });
  },
);

const checkers: Readonly<Record<SupportedLanguage, string>> = {
  python: `import os, sys
given, answer = sys.stdin.read().split(), open(sys.argv[2]).read().split()
open(os.path.join(sys.argv[3], "judgemessage.txt"), "w").write("seen " + open(sys.argv[1]).read())
sys.exit(42 if given == answer else 43)
`,
  javascript: `const fs = require('fs');
const words = (file) => fs.readFileSync(file, 'utf8').trim();
fs.writeFileSync(process.argv[4] + '/note', words(process.argv[2]));
process.exit(words(0) === words(process.argv[3]) ? 42 : 43);
`,
  typescript: `import { readFileSync, writeFileSync } from 'node:fs';
const words = (file: string | number): string => readFileSync(file, 'utf8').trim();
writeFileSync(process.argv[4] + '/note', words(process.argv[2]!));
process.exit(words(0) === words(process.argv[3]!) ? 42 : 43);
`,
  java: `import java.nio.file.*;
class Checker {
  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of(args[2], "note"), Files.readString(Path.of(args[0])));
    String given = new String(System.in.readAllBytes()).trim();
    System.exit(given.equals(Files.readString(Path.of(args[1])).trim()) ? 42 : 43);
  }
}
`,
  cpp: `#include <fstream>
#include <iostream>
int main(int, char **argv) {
  std::ifstream input(argv[1]), answer(argv[2]);
  std::ofstream note(std::string(argv[3]) + "/note");
  long first, given, wanted;
  if (!(input >> first) || !(std::cin >> given) || !(answer >> wanted) || !(note << first)) return 1;
  return given == wanted ? 42 : 43;
}
`,
  c: `#include <stdio.h>
int main(int count, char **words) {
  long given, wanted;
  char path[100];
  snprintf(path, sizeof path, "%s/note", words[3]);
  FILE *input = fopen(words[1], "r"), *answer = fopen(words[2], "r"), *note = fopen(path, "w");
  if (count != 4 || !input || !note || scanf("%ld", &given) != 1 || fscanf(answer, "%ld", &wanted) != 1) return 1;
  return given == wanted ? 42 : 43;
}
`,
  go: `package main

import (
	"io"
	"os"
	"strings"
)

func main() {
	given, _ := io.ReadAll(os.Stdin)
	input, failed := os.ReadFile(os.Args[1])
	answer, _ := os.ReadFile(os.Args[2])
	if failed != nil || os.WriteFile(os.Args[3]+"/note", input, 0644) != nil {
		os.Exit(1)
	}
	if strings.TrimSpace(string(given)) == strings.TrimSpace(string(answer)) {
		os.Exit(42)
	}
	os.Exit(43)
}
`,
  rust: `use std::{env, fs, io::Read, process};
fn main() {
    let words: Vec<String> = env::args().collect();
    let mut given = String::new();
    std::io::stdin().read_to_string(&mut given).unwrap();
    fs::write(format!("{}/note", words[3]), fs::read(&words[1]).unwrap()).unwrap();
    let answer = fs::read_to_string(&words[2]).unwrap();
    process::exit(if given.trim() == answer.trim() { 42 } else { 43 });
}
`,
};
