import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane, WaitingJob } from './job.ts';
import { queuePosition } from './position.ts';

let next = 0;
function job(lane: Lane, userId: string, options: Partial<WaitingJob> = {}): WaitingJob {
  const queuedAt = next++;
  const jobId = `job-${queuedAt}`;
  const plain = { kind: 'run', roomId: null, atHead: false, language: null };
  return { jobId, lane, userId, queuedAt, ...plain, ...options };
}

describe('queue position', () => {
  it('is null for a job that does not wait', () => {
    expect(queuePosition([job(1, 'a')], 'other')).toBeNull();
  });

  it('lets users take turns', () => {
    const all = [job(1, 'a'), job(1, 'a'), job(1, 'a'), job(1, 'b'), job(1, 'b')];
    expect(all.map(({ jobId }) => queuePosition(all, jobId))).toEqual([1, 3, 5, 2, 4]);
  });

  it('puts jobs at the head of the lane first', () => {
    const all = [job(2, 'a'), job(2, 'b'), job(2, 'c', { atHead: true }), job(2, 'd', { atHead: true })];
    expect(all.map(({ jobId }) => queuePosition(all, jobId))).toEqual([3, 4, 1, 2]);
  });

  it('counts at most two of a higher lane for each place', () => {
    const runs = Array.from({ length: 9 }, (_, user) => job(1, `user-${user}`));
    const submission = job(2, 'z');
    const second = job(2, 'y');
    expect(queuePosition([...runs, submission, second], submission.jobId)).toBe(3);
    expect(queuePosition([...runs, submission, second], second.jobId)).toBe(6);
    expect(queuePosition([submission, ...runs.slice(0, 1)], submission.jobId)).toBe(2);
  });

  it('gives every job of a lane a place of its own', () => {
    const jobs = fc.array(fc.record({ user: fc.nat(4), atHead: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(jobs, (specs) => {
        const all = specs.map(({ user, atHead }) => job(1, `user-${user}`, { atHead }));
        const places = all.map(({ jobId }) => queuePosition(all, jobId) ?? 0).sort((a, b) => a - b);
        expect(places).toEqual(all.map((_, index) => index + 1));
      }),
    );
  });
});
