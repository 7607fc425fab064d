import type { Fixture } from './fixture.ts';
import { PASSWORD } from './fixture.ts';
import { type Expectation, judgeAnswer, judgeValidation, refusalOf } from './judge.ts';
import { describeChange, unexpected } from './prescribed.ts';
import type { Operation } from './served.ts';
import type { Answer, Question } from './wire.ts';

/** One request with what is known of it beforehand. */
export type Probe = {
  /** Says what was tampered with, for the person who reads a failure. */
  readonly name: string;
  /** Null where the address may lead to no operation. */
  readonly operation: Operation | null;
  readonly question: Question;
  readonly expected?: Expectation;
  /** What must not stand in a refusal, beside tokens and passwords of the fixture. */
  readonly secrets?: readonly string[];
};

export type Inspector = {
  /** Asks, judges the answer and the database, and puts the database back; never throws for what it finds. */
  inspect(probe: Probe): Promise<Answer>;
  /** What was found wrong since the last call, a sentence each. */
  findings(): string[];
  /** Notes a finding of the caller's own. */
  object(name: string, sentence: string): void;
  /** How many requests were made and what became of them. */
  figures(): string;
  /** Statuses by count. */
  readonly statuses: ReadonlyMap<number, number>;
};

const MAX_FINDINGS = 40;

/** Compares the database before and after each request, and leaves every request the same one. */
export function createInspector(fixture: Fixture): Inspector {
  const { wire, ledger, actors } = fixture;
  const base = ledger.read();
  const secrets = [
    PASSWORD,
    ...Object.values(actors).flatMap(({ bearer, refreshToken }) => [bearer, refreshToken]),
    fixture.world.server.directory,
  ];
  const found: string[] = [];
  const statuses = new Map<number, number>();
  const object = (name: string, sentence: string) => {
    if (found.length < MAX_FINDINGS) found.push(`${name}: ${sentence}`);
  };

  return {
    statuses,
    object,
    async inspect(probe) {
      const { operation, question, expected } = probe;
      const name = `${operation?.id ?? `${question.method} ${question.path.slice(0, 80)}`}, ${probe.name}`;
      const answer = await wire.ask(question);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const code = refusalOf(answer)?.code ?? '';
      for (const sentence of judgeAnswer(operation, answer, [...secrets, ...(probe.secrets ?? [])])) {
        object(name, sentence);
      }
      if (operation && expected) {
        for (const sentence of judgeValidation(operation.id, expected, answer)) object(name, sentence);
      }
      const isRefusal = answer.status >= 400;
      if (!isRefusal) await settle(fixture);
      const changes = ledger.changesSince(base);
      if (isRefusal) {
        for (const change of unexpected(operation?.id ?? '', code, changes)) {
          object(name, `${answer.status} ${code}, and yet ${describeChange(change)}`);
        }
      }
      if (changes.length > 0) await ledger.restore(base);
      return answer;
    },
    findings: () => found.splice(0),
    figures: () => {
      const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
      const parts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      return `${total} requests (${parts.join(', ')})`;
    },
  };
}

/** Waits until the chores that a request has left are done, and what they wrote is stored. */
async function settle({ world }: Fixture): Promise<void> {
  const { db } = world.server.control.core;
  const due = db.raw
    .prepare("SELECT count(*) FROM jobs WHERE lane IS NULL AND (state = 'running' OR not_before <= ?)")
    .pluck();
  for (let round = 0; round < 2000 && due.get(world.clock.now()) !== 0; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  if (due.get(world.clock.now()) !== 0) throw new Error('the chores do not end');
  await db.durable.settled();
}
