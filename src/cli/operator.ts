import { createLog } from '../kernel/log.ts';
import { callRunningServer } from '../server/control-socket.ts';
import { openInstallation } from '../server/installation.ts';
import type { CommonOptions } from './context.ts';
import { configOf, enterDataDirectory, operatingSystemUser } from './context.ts';

/**
 * Gives a command to the server that runs on the data directory, so that it acts at once; without one it is carried out
 * here, on the database itself. Same code, same audit entries either way.
 */
export async function operate(
  options: CommonOptions,
  command: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const directory = enterDataDirectory(options);
  const { config } = configOf(directory);
  const request = { command, args, osUser: operatingSystemUser() };
  const reply = await callRunningServer(directory, request);
  if (reply.running) return reply.result;
  const { createOfflineOperator } = await import('../server/operator.ts');
  const log = createLog('warn');
  const installation = openInstallation(directory, { log, mode: 'command', migrate: true });
  try {
    return await createOfflineOperator({ installation, config, log })(request);
  } finally {
    await installation.close();
  }
}
