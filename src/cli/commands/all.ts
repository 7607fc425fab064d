import type { Command } from 'commander';
import { adminCommand } from './admin.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { helpCommand } from './help.ts';
import { initCommand } from './init.ts';
import { languagesCommand } from './languages.ts';
import { migrateCommand } from './migrate.ts';
import { openapiCommand } from './openapi.ts';
import { sandboxCommand } from './sandbox.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { versionCommand } from './version.ts';

/** All commands, in the order in which help lists them. */
export function commands(): Command[] {
  return [
    initCommand(),
    serveCommand(),
    demoCommand(),
    doctorCommand(),
    seedCommand(),
    adminCommand(),
    configCommand(),
    migrateCommand(),
    languagesCommand(),
    sandboxCommand(),
    openapiCommand(),
    versionCommand(),
    helpCommand(),
  ];
}
