import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliFailure, exitCodes } from './failure.ts';

const isTerminal = () => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks for one line; without a terminal the missing answer is an error that names the flag. */
export async function ask(question: string, flagName: string): Promise<string> {
  if (!isTerminal()) {
    throw new CliFailure(exitCodes.usage, `${flagName} is missing.`, {
      why: 'There is no terminal to ask on.',
      remedy: `Add ${flagName}.`,
    });
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await lines.question(`${question}: `)).trim();
  } finally {
    lines.close();
  }
}

/** As ask, without showing what is typed. */
export async function askSecret(question: string, flagName: string): Promise<string> {
  if (!isTerminal()) return ask(question, flagName);
  process.stderr.write(`${question}: `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** First line of standard input, for --password-stdin. */
export async function readStdinLine(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > 4096) throw new CliFailure(exitCodes.usage, 'Standard input is too long for a password.');
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/)[0] ?? '';
}
