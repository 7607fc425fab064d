import type { Command } from 'commander';
import { adminCommand } from './admin.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { helpCommand } from './help.ts';
import { initCommand } from './init.ts';
import { keysCommand } from './keys.ts';
import { languagesCommand } from './languages.ts';
import { logsCommand } from './logs.ts';
import { migrateCommand } from './migrate.ts';
import { openapiCommand } from './openapi.ts';
import { sandboxCommand } from './sandbox.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { serviceCommand } from './service.ts';
import { healthCommand, statusCommand } from './status.ts';
import { versionCommand } from './version.ts';

/** All commands, in the order in which help lists them. */
export function commands(): Command[] {
  return [
    initCommand(),
    serveCommand(),
    demoCommand(),
    doctorCommand(),
    statusCommand(),
    healthCommand(),
    logsCommand(),
    seedCommand(),
    adminCommand(),
    configCommand(),
    keysCommand(),
    migrateCommand(),
    languagesCommand(),
    sandboxCommand(),
    serviceCommand(),
    openapiCommand(),
    versionCommand(),
    helpCommand(),
  ];
}
