// How a live tail goes on after every kind of break, as a state machine without timers or network: what happened goes in,
// the next state comes out, and the driver (live_stream.ts) does what the state says.
//
// Nothing is lost and nothing comes twice because a tail begins at a sequence, never at "the end", and each event's id is
// the position behind it.
import type { Problem } from '../api/problem';

export type Place = { kind: 'sequence'; sequence: number } | { kind: 'id'; id: string };

export type TailState =
  | { phase: 'idle' }
  | { phase: 'connecting'; place: Place; attempt: number }
  | { phase: 'open'; place: Place; caughtUp: boolean }
  | { phase: 'waiting'; place: Place; attempt: number; delayMs: number; problem: Problem }
  | { phase: 'refused'; place: Place; problem: Problem };

export type TailEvent =
  | { kind: 'start'; place: Place }
  | { kind: 'opened' }
  | { kind: 'moved'; id: string } // an event or a bookmark: everything before `id` was delivered
  | { kind: 'caught_up'; id: string }
  | { kind: 'broken'; problem: Problem } // closed, refused, silent for too long, or ended by the server
  | { kind: 'due' } // the delay is over, or the user does not want to wait for it
  | { kind: 'stop' };

export const SILENCE_MS = 20_000; // the server says something at least every 15 s
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

// `jitter` is from 0 to 1; it spreads those who come back after one restart.
export function nextTailState(state: TailState, event: TailEvent, jitter: number): TailState {
  if (event.kind === 'start') return { phase: 'connecting', place: event.place, attempt: 0 };
  if (event.kind === 'stop' || state.phase === 'idle') return { phase: 'idle' };
  switch (event.kind) {
    case 'opened':
      return state.phase === 'connecting' ? { phase: 'open', place: state.place, caughtUp: false } : state;
    case 'moved':
    case 'caught_up':
      return state.phase === 'open' ? moved(state, event) : state;
    case 'broken':
      return state.phase === 'waiting' || state.phase === 'refused' ? state : broken(state, event.problem, jitter);
    case 'due':
      return state.phase === 'waiting' || state.phase === 'refused'
        ? { phase: 'connecting', place: state.place, attempt: state.phase === 'waiting' ? state.attempt : 0 }
        : state;
  }
}

type Moved = Extract<TailEvent, { id: string }>;

function moved(state: Extract<TailState, { phase: 'open' }>, event: Moved): TailState {
  const caughtUp = event.kind === 'caught_up' || state.caughtUp;
  return { phase: 'open', place: { kind: 'id', id: event.id }, caughtUp };
}

function broken(
  state: Extract<TailState, { phase: 'connecting' | 'open' }>,
  problem: Problem,
  jitter: number,
): TailState {
  if (!problem.passes) return { phase: 'refused', place: state.place, problem };
  const attempt = state.phase === 'open' ? 1 : state.attempt + 1;
  return { phase: 'waiting', place: state.place, attempt, delayMs: delayOf(attempt, jitter), problem };
}

// From half of the full delay to all of it.
export function delayOf(attempt: number, jitter: number): number {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full * (0.5 + jitter / 2));
}
