import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { examine } from '../../server/doctor.ts';
import { fixInstallation } from '../../server/doctor-fixes.ts';
import type { Finding } from '../../server/finding.ts';
import { proveOffline } from '../../server/offline-proof.ts';
import { createCommand, optionsOf } from '../command.ts';
import { configOf, dataDirectoryOf, enterDataDirectory, operatingSystemUser, outputOf } from '../context.ts';
import { exitCodes } from '../failure.ts';

const signs: Record<Finding['state'], string> = { ok: 'ok   ', warning: 'WARN ', fail: 'FAIL ' };

function describe(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, detail, remedy }) => {
    const line = `${signs[state]} ${check.padEnd(width)}  ${detail}`;
    return remedy === null ? [line] : [line, `${' '.repeat(width + 8)}-> ${remedy}`];
  });
  const failed = findings.filter(({ state }) => state === 'fail').length;
  const warned = findings.filter(({ state }) => state === 'warning').length;
  const verdict =
    failed > 0
      ? `${failed} of ${findings.length} checks fail.`
      : warned > 0
        ? `Good, with ${warned} warnings.`
        : 'All is well.';
  return [...lines, '', verdict].join('\n');
}

function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some(({ state }) => state === 'fail')) return exitCodes.failed;
  return findings.some(({ state }) => state === 'warning') ? exitCodes.warnings : exitCodes.done;
}

export function doctorCommand(): Command {
  const command = createCommand('doctor', {
    about: 'Checks this machine and the installation, each finding with its remedy.',
    examples: ['syncode doctor', 'syncode doctor --fix --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.warnings],
  });
  command.option(
    '--fix',
    'first put right what can be put right safely: rights, folders, leftovers, migrations',
  );
  command.option(
    '--offline-proof',
    'also play a demo without any network, and look whether anything dials out',
  );
  return command.action(async () => {
    const options = optionsOf<{ fix?: boolean; offlineProof?: boolean }>(command);
    const directory = existsSync(dataDirectoryOf(options)) ? enterDataDirectory(options) : null;
    const output = outputOf(options);
    const fixed = directory !== null && options.fix === true ? fixInstallation(directory) : [];
    const { config } = configOf(directory);
    if (process.stderr.isTTY) output.note('Trying the sandbox and every language; half a minute at most.');
    const findings = await examine({ directory, config, osUser: operatingSystemUser() });
    if (options.offlineProof === true) findings.push(await proveOffline());
    output.result({ findings, fixed }, () =>
      [...fixed.map((what) => `FIXED ${what}`), describe(findings)].join('\n'),
    );
    process.exitCode = exitCodeOf(findings);
  });
}
