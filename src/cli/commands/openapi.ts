import type { Command } from 'commander';
import { describeApi, listUnbound } from '../../http/contract.ts';
import { listBindings, unfilledFields } from '../../server/bindings.ts';
import { createCommand, optionsOf } from '../command.ts';
import { outputOf } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { table } from '../output.ts';

export function openapiCommand(): Command {
  const command = createCommand('openapi', {
    about: 'Prints the served API as an OpenAPI 3.1 document, operations between planes included.',
    examples: ['syncode openapi > openapi.json', 'syncode openapi --unbound'],
    exits: [exitCodes.failed, exitCodes.usage],
  });
  command.option('--unbound', 'list the operations of the contract that are not served yet instead');
  return command.action(async () => {
    const options = optionsOf<{ unbound?: boolean }>(command);
    const bindings = await listBindings();
    const output = outputOf(options);
    if (options.unbound === true) {
      const unbound = listUnbound(bindings);
      const document = { bound: bindings.length, unbound, unfilledFields };
      output.result(document, () => {
        const rows = unbound.map(({ id, method, path }) => [id, method, path]);
        const fields = unfilledFields.map(({ field, value, until }) => [field, value, until]);
        return [
          `${bindings.length} operations are served, ${unbound.length} are not yet:`,
          table(['OPERATION', 'METHOD', 'PATH'], rows),
          'Fields with a fixed value until then:',
          table(['FIELD', 'VALUE', 'UNTIL THERE IS'], fields),
        ].join('\n');
      });
      return;
    }
    const ids = bindings.map(({ id }) => id);
    const document = describeApi(ids, { internal: true });
    output.result({ document }, () => JSON.stringify(document, null, 2));
  });
}
