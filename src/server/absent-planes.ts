import type { Config } from '../config/schema.ts';
import type { SupportedLanguage } from '../generated/api.ts';
import type { CollabPlane } from '../ports/collab.ts';
import { CollabServiceUnavailable } from '../ports/collab-errors.ts';
import type { ExecutionPlane } from '../ports/execution.ts';

const refuse = () => Promise.reject(CollabServiceUnavailable());

/** The collaboration plane of a process that has none. */
export const absentCollab: CollabPlane = {
  createDocument: refuse,
  destroyDocument: refuse,
  kickUser: refuse,
  toggleEditorLock: refuse,
  publishRoomEvent: refuse,
  replaceDocumentContent: refuse,
  readCode: refuse,
  takeSnapshot: refuse,
  readBoard: refuse,
  listChatMessages: refuse,
  endLogins: () => {},
  health: () => 'draining',
};

const languages: readonly SupportedLanguage[] = [
  'python',
  'javascript',
  'typescript',
  'java',
  'cpp',
  'c',
  'go',
  'rust',
];
const REASON = 'This server does not run programs.';

/** The execution plane of a process that has none. */
export function absentExecution(config: Config): ExecutionPlane {
  return {
    refusal: () => REASON,
    languages: () =>
      languages.map((language) => ({ language, available: false, version: null, reason: REASON })),
    health: () => 'disabled',
    sandbox: () => ({ state: 'disabled' }),
    appliedLimits: (_language, kind, { timeoutMs, memoryMb }) => ({
      timeoutMs: timeoutMs ?? config[kind === 'run' ? 'execution.runTimeoutMs' : 'execution.caseTimeoutMs'],
      memoryMb: memoryMb ?? config['execution.memoryMb'],
    }),
    retryAfterSeconds: () => 30,
  };
}
