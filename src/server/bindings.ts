import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../config/load.ts';
import { healthRoutes } from '../control/health/index.ts';
import { apiVersion } from '../generated/tables.ts';
import type { Binding } from '../http/operation.ts';
import { silentLog } from '../kernel/log.ts';
import { absentCollab, absentExecution } from './absent-planes.ts';
import { createControl } from './control.ts';
import { createInstallation, openInstallation } from './installation.ts';
import { createKernel } from './kernel.ts';

/**
 * Fields that are served with a fixed value because what would fill them does not exist yet; they belong to the
 * operations that are not bound.
 */
export const unfilledFields: readonly {
  readonly field: string;
  readonly value: string;
  readonly until: string;
}[] = [
  { field: 'ProblemSummary.isBookmarked', value: 'false', until: 'bookmarks' },
  { field: 'ProblemDetail.isBookmarked', value: 'false', until: 'bookmarks' },
  { field: 'RoomDetail.mediaEnabled', value: 'false', until: 'voice and video' },
  { field: 'RoomDetail.recording', value: 'off', until: 'recording' },
  { field: 'RoomParticipantSummary.recordingConsent', value: 'null', until: 'recording' },
  { field: 'UserProfile.avatarUrl', value: 'null', until: 'avatar uploads' },
  { field: 'Instance.ai', value: 'off', until: 'the AI interviewer' },
  { field: 'Instance.media', value: 'false', until: 'voice and video' },
  { field: 'Instance.mail', value: 'false', until: 'sending mail' },
];

/** Every operation that a server binds, found out on a throw-away installation. */
export async function listBindings(): Promise<readonly Binding[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'syncode-bindings-'));
  try {
    createInstallation(directory);
    const { config } = loadConfig({});
    const kernel = createKernel(config, silentLog);
    const installation = openInstallation(directory, { log: silentLog, mode: 'command', migrate: true });
    const execution = absentExecution(config);
    const address = () => 'http://127.0.0.1';
    const collab = { plane: absentCollab, url: address };
    const { bindings } = createControl({ kernel, installation, collab, execution, baseUrl: address });
    const check = () => Promise.reject(new Error('not served'));
    await installation.close();
    return [...bindings, ...healthRoutes({ config, apiVersion, execution, check })];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
