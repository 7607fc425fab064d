import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import { environmentName, type SettingKey } from '../../../src/config/schema.ts';
import type { HealthResponse } from '../../../src/generated/api.ts';
import { call, newInstallation, type RunOptions, type Serving, serve } from '../../cli/support.ts';
import { Guest, type RoomKey, type Tab } from '../../interview/support/guest.ts';
import { until } from '../../interview/support/wait.ts';

/** For a test; a machine on which others work may need twenty times as long as an idle one. */
export const PATIENCE_MS = 400_000;

/** No limit of rates gets into the way of what is shown. */
const calm = Object.fromEntries(
  (
    [
      'limits.requestsPerUserPerMinute',
      'limits.requestsPerAddressPerMinute',
      'limits.pollsPerUserPerMinute',
      'limits.joinsPerUserPerMinute',
      'limits.runsPerUserPerMinute',
      'limits.submissionsPerUserPerMinute',
      'limits.roomsPerUserPerHour',
    ] satisfies SettingKey[]
  ).map((key) => [environmentName(key), '0']),
);

type Starting = {
  readonly env?: RunOptions['env'];
  readonly words?: readonly string[];
  /** Words before the program. */
  readonly within?: readonly string[];
};

/** The built program on a data directory; words after those of the tests of the command line. */
export function serveOn(
  directory: string,
  { env = {}, words = [], within = [] }: Starting = {},
): Promise<Serving> {
  return serve(['--data-dir', directory, ...words], { env: { ...calm, ...env }, within });
}

/** Puts an installation without accounts at a place. */
export async function installAt(directory: string): Promise<void> {
  execFileSync('cp', ['-a', await newInstallation(), directory]);
}

/** The lines of the log with this sentence. */
export function logged(server: Serving, sentence: string): Record<string, unknown>[] {
  return server
    .said()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === sentence);
}

/** Waits for a sentence in the log and gives its fields. */
export function hearsLog(server: Serving, sentence: string): Promise<Record<string, unknown>> {
  return until(`the log says: ${sentence}`, () => logged(server, sentence)[0]);
}

export async function healthOf(server: Serving): Promise<{ status: number; body: HealthResponse }> {
  const { status, body } = await call(server, 'GET', '/health');
  return { status, body: body as unknown as HealthResponse };
}

/** Waits until the server says of itself what is expected; its answer is shared for some seconds. */
export async function untilHealth(
  server: Serving,
  overall: HealthResponse['status'],
  services: Partial<HealthResponse['services']> = {},
): Promise<void> {
  await until(`health is ${overall} ${JSON.stringify(services)}`, async () => {
    const { body } = await healthOf(server);
    return (
      body.status === overall &&
      Object.entries(services).every(([part, state]) => body.services[part as never] === state)
    );
  });
  const { status } = await healthOf(server);
  expect(status).toBe(overall === 'down' ? 503 : 200);
}

export type Pair = {
  readonly ada: Guest;
  readonly bob: Guest;
  readonly room: RoomKey;
  readonly tabs: readonly [Tab, Tab];
};

/** Two people in a room, both connected. */
export async function gatherPair(url: string, findProblem?: (ada: Guest) => Promise<string>): Promise<Pair> {
  const ada = await new Guest('ada', url).register();
  const bob = await new Guest('bob', url).register();
  const problemId = await findProblem?.(ada);
  const body = { mode: 'peer', language: 'python', ...(problemId && { problemId }) } as const;
  const room = await ada.api.call('POST /rooms', { body });
  return { ada, bob, room, tabs: [await ada.enter(room), await bob.enter(room)] };
}

/** Both see the same text, and it is acknowledged. */
export async function expectEqual({ tabs }: Pair, ...parts: string[]): Promise<void> {
  for (const tab of tabs) await tab.settled();
  await until('both see the same', () => `${tabs[0].text()}` === `${tabs[1].text()}`);
  for (const part of parts) expect(`${tabs[0].text()}`).toContain(part);
}

export function leave({ ada, bob }: Pair): void {
  for (const guest of [ada, bob]) guest.leave();
}
