import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { describeIssue } from '../config/wording.ts';
import { DomainError, defineError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { absentCollab, absentExecution } from './absent-planes.ts';
import { createControl } from './control.ts';
import type { Operator } from './control-socket.ts';
import type { Installation } from './installation.ts';
import { createKernel } from './kernel.ts';
import { accountCommands } from './operator-accounts.ts';
import type { OperatorCommand, OperatorDeps } from './operator-command.ts';
import { instanceCommands } from './operator-instance.ts';

const CommandUnknown = defineError('COMMAND_UNKNOWN', 400, 'The running server does not know this command');

const commands: Readonly<Record<string, OperatorCommand>> = { ...accountCommands, ...instanceCommands };

/** Carries out the operator's commands, for the control socket or a command without a server. */
export function createOperator(deps: OperatorDeps): Operator {
  return async ({ command: name, args, osUser }) => {
    const run = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (run === undefined) throw CommandUnknown({ command: name });
    try {
      return await run(deps, args, { ip: null, requestId: null, osUser });
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const message = error.issues
        .map((issue) => `${issue.path.join('.') || 'arguments'}: ${describeIssue(issue)}`)
        .join('; ');
      throw new DomainError({ code: 'VALIDATION_FAILED', status: 400, message });
    }
  };
}

/** An operator on a database that no server has: its planes are not there, their work waits for the next start. */
export function createOfflineOperator(options: {
  installation: Installation;
  config: Config;
  log: Log;
}): Operator {
  const { installation, config, log } = options;
  const kernel = createKernel(config, log);
  const baseUrl = () => config['server.publicUrl'] || `http://127.0.0.1:${config['server.port']}`;
  const collab = { plane: absentCollab, url: () => `${baseUrl().replace(/^http/, 'ws')}/collab` };
  const control = createControl({
    kernel,
    installation,
    collab,
    execution: absentExecution(config),
    baseUrl,
  });
  return createOperator({ control, kernel, installation, view: null });
}
