import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import type { SettingKey } from '../../config/schema.ts';
import { createLog } from '../../kernel/log.ts';
import { systemRandom } from '../../kernel/random.ts';
import { createInstallation, openInstallation } from '../../server/installation.ts';
import { createKernel } from '../../server/kernel.ts';
import { createOperator } from '../../server/operator.ts';
import { generatePassword } from '../../server/operator-command.ts';
import { planeNames } from '../../server/planes.ts';
import { type RunningServer, startServer } from '../../server/server.ts';
import { createCommand, optionsOf } from '../command.ts';
import { createDemoDirectory, removeAbandonedDemos } from '../demo/directory.ts';
import { Person } from '../demo/person.ts';
import { playInterview } from '../demo/story.ts';
import { exitCodes } from '../failure.ts';
import { runUntilSignal } from '../signals.ts';

type DemoOptions = { keep?: boolean; port?: string };

const say = (line: string) => process.stdout.write(`${line}\n`);

function person(name: string, baseUrl: string): Person {
  const username = name.toLowerCase();
  const password = generatePassword(systemRandom);
  return new Person(name, { username, email: `${username}@demo.example`, password }, baseUrl);
}

async function startDemoServer(directory: string, port: string | undefined): Promise<RunningServer> {
  createInstallation(directory);
  const flags: Partial<Record<SettingKey, unknown>> = { 'server.port': port ?? 0, 'log.level': 'warn' };
  const { config } = loadConfig({ flags });
  const log = createLog(config['log.level']);
  const kernel = createKernel(config, log);
  const installation = openInstallation(directory, { log, mode: 'server', migrate: true });
  const server = await startServer({ kernel, installation, planes: [...planeNames] });
  const operator = createOperator({ control: server.control, kernel, installation, view: null });
  await operator({ command: 'seed', args: { force: false }, osUser: 'demo' });
  return server;
}

/** Why programs cannot be run on this machine; null when they can. Other languages may still be tried meanwhile. */
async function whyNoExecution({ planes }: RunningServer): Promise<string | null> {
  say('The sandbox is tested (every limit once) before the first program runs in it ...');
  const python = () => planes.execution.languages().find(({ language }) => language === 'python');
  let isTried = false;
  const all = planes.ready().then((remarks) => {
    isTried = true;
    return remarks;
  });
  while (!isTried && python()?.available !== true) await pause(50);
  if (python()?.available === true) {
    say(`  every limit holds; ${python()?.version} is there.`);
    return null;
  }
  for (const line of await all) say(`  ${line}`);
  return planes.execution.refusal('python');
}

async function play(server: RunningServer): Promise<Person[]> {
  const interviewer = person('Ada', server.url);
  const candidate = person('Ben', server.url);
  const noExecution = await whyNoExecution(server);
  await playInterview({ interviewer, candidate, say, noExecution });
  return [interviewer, candidate];
}

function invite(server: RunningServer, people: readonly Person[]): void {
  say('');
  say(`The server goes on at ${server.url} (reference of its API: ${server.url}/docs). Sign in as`);
  for (const { signIn } of people) say(`  ${signIn.username.padEnd(6)} password ${signIn.password}`);
  say('Ctrl-C ends it and removes everything it made.');
}

async function demo({ keep, port }: DemoOptions): Promise<void> {
  const removed = await removeAbandonedDemos();
  if (removed > 0) say(`Removed what ${removed} earlier ${removed === 1 ? 'demo' : 'demos'} had left.`);
  const directory = createDemoDirectory();
  try {
    say(`A throw-away data directory: ${directory}`);
    const server = await startDemoServer(directory, port);
    try {
      say(`The server answers at ${server.url}.`);
      const people = await play(server);
      if (keep === true) {
        const stopped = runUntilSignal(() => server.stop());
        invite(server, people);
        await stopped;
      }
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  say('The demo is over; nothing of it is left.');
}

export function demoCommand(): Command {
  const command = createCommand('demo', {
    about: 'Plays an interview of two people on a throw-away server and tells what happens.',
    examples: ['syncode demo', 'syncode demo --keep --port 8080'],
    exits: [exitCodes.failed, exitCodes.usage],
  });
  command
    .option('--keep', 'go on serving afterwards, until Ctrl-C')
    .option('--port <number>', 'port to listen on (default: a free one)');
  return command.action(() => demo(optionsOf<DemoOptions>(command)));
}
