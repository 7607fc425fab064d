import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliFailure, exitCodes } from './failure.ts';

/** As shells count a program that Ctrl-C ended. */
const INTERRUPTED = 130;
const MAX_PASSWORD_BYTES = 4096;

/** Whether there is somebody to ask. */
export const isInteractive = () => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** One line; Ctrl-C and Ctrl-D give up the whole command. */
function readAnswer(lines: Interface, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new CliFailure(INTERRUPTED, 'Stopped; nothing was changed.'));
    lines.once('SIGINT', stop);
    lines.once('close', stop);
    lines.question(question, resolve);
  });
}

/** Asks for one line, again and again until `refuse` has nothing to say against it; only where isInteractive(). */
export async function ask(question: string, refuse: (answer: string) => string | null): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await readAnswer(lines, `${question}: `)).trim();
      const objection = refuse(answer);
      if (objection === null) return answer;
      process.stderr.write(`  ${objection}\n`);
    }
  } catch (error) {
    // The cursor still stands behind the question.
    process.stderr.write('\n');
    throw error;
  } finally {
    lines.close();
  }
}

/** As ask, without showing what is typed, and without cutting blanks. */
export async function askSecret(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  process.stderr.write(`${question}: `);
  try {
    return await readAnswer(lines, '');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** Whether the answer is yes; an empty one is what `otherwise` says. */
export async function askYes(question: string, otherwise: 'yes' | 'no' = 'yes'): Promise<boolean> {
  const answer = await ask(`${question} ${otherwise === 'yes' ? '[Y/n]' : '[y/N]'}`, (text) =>
    /^(y|yes|n|no|)$/i.test(text) ? null : 'Answer y or n.',
  );
  return /^y/i.test(answer === '' ? otherwise : answer);
}

function tooLong(): CliFailure {
  return new CliFailure(exitCodes.usage, 'The first line of standard input is too long for a password.');
}

/** First line of standard input, for --password-stdin. */
export async function readStdinLine(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if ((chunk as Buffer).includes(10)) break;
    if (bytes > MAX_PASSWORD_BYTES) throw tooLong();
  }
  const all = Buffer.concat(chunks);
  const end = all.indexOf(10);
  const line = end < 0 ? all : all.subarray(0, end);
  if (line.length > MAX_PASSWORD_BYTES) throw tooLong();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line).replace(/\r$/, '');
  } catch {
    throw new CliFailure(exitCodes.usage, 'The password on standard input is not UTF-8 text.');
  }
}
