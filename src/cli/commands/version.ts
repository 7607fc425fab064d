import Database from 'better-sqlite3';
import type { Command } from 'commander';
import { productVersion } from '../../config/product.ts';
import { createCommand, optionsOf } from '../command.ts';
import { outputOf } from '../context.ts';
import { exitCodes } from '../failure.ts';

function sqliteVersion(): string {
  const database = new Database(':memory:');
  const version = database.prepare('SELECT sqlite_version()').pluck().get() as string;
  database.close();
  return version;
}

export function versionCommand(): Command {
  const command = createCommand('version', {
    about: 'Prints the versions of the program, of Node.js and of SQLite.',
    examples: ['syncode version', 'syncode version --json'],
    exits: [exitCodes.failed, exitCodes.usage],
  });
  return command.action(() => {
    const versions = { syncode: productVersion, node: process.versions.node, sqlite: sqliteVersion() };
    outputOf(optionsOf(command)).result(
      versions,
      () => `syncode ${versions.syncode} (Node.js ${versions.node}, SQLite ${versions.sqlite})`,
    );
  });
}
