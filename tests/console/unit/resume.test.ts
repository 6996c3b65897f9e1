import { describe, expect, test } from 'vitest';
import { problemOf, offline } from '../../../server/console/web/src/api/problem';
import { delayOf, nextTailState, type TailEvent, type TailState } from '../../../server/console/web/src/tail/resume';

const run = (...events: TailEvent[]) =>
  events.reduce<TailState>((state, event) => nextTailState(state, event, 1), { phase: 'idle' });
const start: TailEvent = { kind: 'start', place: { kind: 'sequence', sequence: 7 } };
const opened: TailEvent = { kind: 'opened' };
const broken: TailEvent = { kind: 'broken', problem: offline() };
const due: TailEvent = { kind: 'due' };
const moved = (id: string): TailEvent => ({ kind: 'moved', id });

describe('a live tail', () => {
  test('begins at a sequence and goes on behind the last event', () => {
    expect(run(start, opened, moved('A.8'), moved('A.9'), broken, due)).toMatchObject({
      phase: 'connecting', place: { kind: 'id', id: 'A.9' },
    });
  });

  test('that breaks before its first event begins where it was to begin', () => {
    expect(run(start, opened, broken, due)).toMatchObject({ phase: 'connecting', place: { kind: 'sequence', sequence: 7 } });
  });

  test('waits longer each time, up to a bound, and from the beginning after it was open', () => {
    const delays = [];
    let state = run(start, broken);
    for (let round = 0; round < 8; round++) {
      delays.push(state.phase === 'waiting' && state.delayMs);
      state = nextTailState(nextTailState(state, due, 1), broken, 1);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    const again = nextTailState(nextTailState(nextTailState(state, due, 1), opened, 1), broken, 1);
    expect(again).toMatchObject({ phase: 'waiting', delayMs: 250 });
    expect(delayOf(1, 0)).toBe(125);
  });

  test('stops where waiting does not help, and keeps its place', () => {
    const problem = problemOf(409, { error: { code: 'ABORTED', reason: 'FORKED', message: 'another history' } });
    const refused = run(start, opened, moved('A.8'), { kind: 'broken', problem });
    expect(refused).toMatchObject({ phase: 'refused', place: { id: 'A.8' }, problem: { kind: 'forked' } });
    expect(nextTailState(refused, due, 0)).toMatchObject({ phase: 'connecting', place: { id: 'A.8' } });
  });

  test('is caught up until it breaks', () => {
    expect(run(start, opened, { kind: 'caught_up', id: 'A.8' }, moved('A.9'))).toMatchObject({ phase: 'open', caughtUp: true });
    expect(run(start, opened, { kind: 'caught_up', id: 'A.8' }, broken, due, opened)).toMatchObject({ caughtUp: false });
  });

  test('ignores what comes from a connection that it gave up', () => {
    expect(run(start, broken, moved('A.1'))).toMatchObject({ phase: 'waiting', place: { kind: 'sequence', sequence: 7 } });
    expect(run(start, broken, opened)).toMatchObject({ phase: 'waiting' });
    expect(run(start, opened, { kind: 'stop' }, opened, moved('A.1'), broken, due)).toEqual({ phase: 'idle' });
  });
});

test('which errors pass by themselves', () => {
  const kind = (status: number, reason: string) => problemOf(status, { error: { reason, message: 'm' } });
  expect(kind(503, 'SHUTTING_DOWN')).toMatchObject({ kind: 'offline', passes: true });
  expect(kind(429, 'RATE_LIMITED')).toMatchObject({ kind: 'busy', passes: true });
  expect(kind(401, 'TOKEN_EXPIRED')).toMatchObject({ kind: 'login', passes: false });
  expect(kind(403, 'GRANT_REVOKED')).toMatchObject({ kind: 'forbidden', passes: false });
  expect(kind(400, 'BELOW_FIRST_KEPT')).toMatchObject({ kind: 'trimmed', passes: false });
  const refused = problemOf(403, { error: { reason: 'PERMISSION_DENIED', message: 'no', verb: 'append', log: 'default', channel: 'x' } });
  expect(refused.advice).toContain('append:default:x');
});
