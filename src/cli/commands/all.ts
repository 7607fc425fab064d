import type { Command } from 'commander';
import { adminCommand } from './admin.ts';
import { configCommand } from './config.ts';
import { demoCommand } from './demo.ts';
import { initCommand } from './init.ts';
import { migrateCommand } from './migrate.ts';
import { openapiCommand } from './openapi.ts';
import { seedCommand } from './seed.ts';
import { serveCommand } from './serve.ts';
import { versionCommand } from './version.ts';

/** All commands, in the order in which help lists them. */
export function commands(): Command[] {
  return [
    initCommand(),
    serveCommand(),
    demoCommand(),
    seedCommand(),
    adminCommand(),
    configCommand(),
    migrateCommand(),
    openapiCommand(),
    versionCommand(),
  ];
}
