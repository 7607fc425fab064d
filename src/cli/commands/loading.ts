import type { Command } from 'commander';

/** Commands that can be loaded by themselves; the whole program takes longer to read than most of them to run. */
const alone: Readonly<Record<string, () => Promise<Command>>> = {
  admin: async () => (await import('./admin.ts')).adminCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  health: async () => (await import('./status.ts')).healthCommand(),
  init: async () => (await import('./init.ts')).initCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  logs: async () => (await import('./logs.ts')).logsCommand(),
  migrate: async () => (await import('./migrate.ts')).migrateCommand(),
  openapi: async () => (await import('./openapi.ts')).openapiCommand(),
  seed: async () => (await import('./seed.ts')).seedCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  service: async () => (await import('./service.ts')).serviceCommand(),
  status: async () => (await import('./status.ts')).statusCommand(),
  version: async () => (await import('./version.ts')).versionCommand(),
};

/** The first word of a command line that is neither an option nor the value of one. */
function firstWord(argv: readonly string[]): string | undefined {
  return argv.find((word, index) => !word.startsWith('-') && argv[index - 1] !== '--data-dir');
}

/** The command that a command line names; all of them where that is not sure, as for help. */
export async function loadCommands(argv: readonly string[]): Promise<Command[]> {
  const name = firstWord(argv);
  const load = name !== undefined && Object.hasOwn(alone, name) ? alone[name] : undefined;
  return load === undefined ? (await import('./all.ts')).commands() : [await load()];
}
