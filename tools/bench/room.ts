import type { RoomDetail, RunResult, SubmissionResult, SupportedLanguage } from '../../src/generated/api.ts';
import type { Person } from './program.ts';

const WAIT_MS = 10_000;

/** A room of two in the phase coding, with a problem when one is named. */
export async function openCodingRoom(host: Person, candidate: Person, slug?: string): Promise<RoomDetail> {
  const title = slug?.replaceAll('-', ' ');
  const found =
    title === undefined ? null : await host.api.call('GET /problems', { query: { search: title } });
  const problemId = found?.data[0]?.id;
  const body = { mode: 'peer', ...(problemId === undefined ? {} : { problemId }) } as const;
  const room = await host.api.call('POST /rooms', { body });
  const params = { roomId: room.roomId };
  const { roomCode } = room;
  for (const { api } of [host, candidate])
    await api.call('POST /rooms/{roomId}/join', {
      params,
      body: typeof roomCode === 'string' ? { roomCode } : {},
    });
  for (const targetStatus of ['warmup', 'coding'] as const)
    await host.api.call('POST /rooms/{roomId}/control/transition', { params, body: { targetStatus } });
  return room;
}

/** Runs code and waits for its result, as a client does. Throws unless it completed. */
export async function runCode(
  { api }: Person,
  roomId: string,
  language: SupportedLanguage,
  code: string,
): Promise<RunResult> {
  const body = { language, code, stdin: 'line 1\n' };
  const { jobId } = await api.call('POST /rooms/{roomId}/run', { params: { roomId }, body });
  for (;;) {
    const query = { waitMs: WAIT_MS };
    const result = await api.call('GET /execution/{jobId}', { params: { jobId }, query });
    if (result.status === 'failed') throw new Error(`a run failed: ${result.error.message}`);
    if (result.status !== 'completed') continue;
    if (result.outcome === 'success') return result;
    throw new Error(`a run ended as ${result.outcome}: ${result.stderr}`);
  }
}

/** Hands in code and waits for the verdict. Throws unless it is accepted. */
export async function submitCode(
  { api }: Person,
  roomId: string,
  language: SupportedLanguage,
  code: string,
): Promise<SubmissionResult> {
  const call = { params: { roomId }, body: { language, code } };
  const { submissionId } = await api.call('POST /rooms/{roomId}/submit', call);
  for (;;) {
    const query = { waitMs: WAIT_MS };
    const result = await api.call('GET /submissions/{submissionId}', { params: { submissionId }, query });
    if (result.status === 'queued' || result.status === 'running') continue;
    if (result.verdict === 'accepted') return result;
    throw new Error(`a submission ended as ${result.status} ${result.verdict}: ${result.compileOutput}`);
  }
}
