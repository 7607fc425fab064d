import type { Config } from '../config/schema.ts';
import type { SupportedLanguage } from '../generated/api.ts';
import type { AppliedLimits, LimitWish } from '../ports/execution.ts';
import type { StepLimits } from '../ports/steps.ts';
import { languages } from './languages/registry.ts';

/** Kept of a compiler's output; what comes after is read and dropped. */
export const COMPILE_OUTPUT_BYTES = 64 * 1024;

const KIB_PER_MIB = 1024;

/** What a program is really held to: the instance's maxima win, the language's memory floor and start-up time are added. */
export function appliedLimits(
  config: Config,
  language: SupportedLanguage,
  kind: 'run' | 'case',
  wish: LimitWish,
): AppliedLimits {
  const { startupMs, memoryFloorMb } = languages[language];
  const isRun = kind === 'run';
  const timeoutMs = wish.timeoutMs ?? config[isRun ? 'execution.runTimeoutMs' : 'execution.caseTimeoutMs'];
  const maxMs = config[isRun ? 'execution.maxRunTimeoutMs' : 'execution.maxCaseTimeoutMs'];
  const memoryMb = Math.min(wish.memoryMb ?? config['execution.memoryMb'], config['execution.maxMemoryMb']);
  return { timeoutMs: Math.min(timeoutMs, maxMs) + startupMs, memoryMb: Math.max(memoryMb, memoryFloorMb) };
}

/** Wall time that goes with a CPU time: sleeping does not help. */
export function wallLimitMs(cpuMs: number): number {
  return Math.min(2 * cpuMs + 1000, cpuMs + 10_000);
}

/** Limits of a step that runs a program. */
export function programLimits(config: Config, applied: AppliedLimits): StepLimits {
  return {
    cpuMs: applied.timeoutMs,
    wallMs: wallLimitMs(applied.timeoutMs),
    memoryKb: applied.memoryMb * KIB_PER_MIB,
    outputBytes: config['execution.outputBytes'],
    processes: config['execution.processes'],
  };
}

/** Limits of a compile or check step. */
export function compileLimits(config: Config): StepLimits {
  return {
    cpuMs: config['execution.compileTimeoutMs'],
    wallMs: config['execution.compileWallMs'],
    memoryKb: config['execution.compileMemoryMb'] * KIB_PER_MIB,
    outputBytes: COMPILE_OUTPUT_BYTES,
    processes: config['execution.compileProcesses'],
  };
}

/** Limits of a problem's checker. */
export function checkerLimits(config: Config, language: SupportedLanguage): StepLimits {
  const memoryMb = Math.max(config['execution.checkerMemoryMb'], languages[language].memoryFloorMb);
  const timeoutMs = config['execution.checkerTimeoutMs'] + languages[language].startupMs;
  return programLimits(config, { timeoutMs, memoryMb });
}
