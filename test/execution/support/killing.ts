import { spawn } from 'node:child_process';

/**
 * Starts a script that says something when it serves and `done` when nothing is left, and kills it after so long, or then.
 * True when nothing was left. Rejects when it ends by itself.
 */
export async function serveAndKill(
  script: string,
  words: readonly string[],
  aliveMs: number,
): Promise<boolean> {
  const server = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => server.once('close', resolve));
  let said = '';
  try {
    return await new Promise<boolean>((resolve, reject) => {
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        // The time begins with the first sign of life: starting takes much longer than serving.
        if (said === '') setTimeout(() => resolve(false), aliveMs);
        said += text;
        if (said.includes('done')) resolve(true);
      });
      server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
  } finally {
    server.kill('SIGKILL');
    await gone;
  }
}
