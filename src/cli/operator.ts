import type { Config } from '../config/schema.ts';
import { createLog } from '../kernel/log.ts';
import { callRunningServer } from '../server/control-socket.ts';
import type { CommonOptions } from './context.ts';
import { configOf, enterInstallation, operatingSystemUser } from './context.ts';

/**
 * Gives a command to the server that runs on the data directory, so that it acts at once; without one it is carried out
 * here, on the database itself. Same code, same audit entries either way. `config` in place of what the files say.
 */
export async function operate(
  options: CommonOptions,
  command: string,
  args: Record<string, unknown>,
  config?: Config,
): Promise<unknown> {
  const { directory } = enterInstallation(options);
  const settings = config ?? configOf(directory).config;
  const request = { command, args, osUser: operatingSystemUser() };
  const reply = await callRunningServer(directory, request);
  if (reply.running) return reply.result;
  // Loaded only where there is no server: it takes longer than to ask one.
  const { openInstallation } = await import('../server/installation.ts');
  const { createOfflineOperator } = await import('../server/operator.ts');
  const log = createLog('warn');
  const installation = openInstallation(directory, { log, mode: 'command', migrate: true });
  try {
    return await createOfflineOperator({ installation, config: settings, log })(request);
  } finally {
    await installation.close();
  }
}
