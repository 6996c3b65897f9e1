import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { getLog, readPage } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { RecordFilter } from '../../api/record_filter';
import { parseWhen } from '../../format/time';
import { LiveStream } from '../../tail/live_stream';
import { Timeline, type RecordSource } from '../../tail/timeline';

export interface TimelineHandle {
  timeline: Timeline;
  frame: Signal<number>; // grows with each change that is to be drawn: who shows something of the timeline reads it
  takeShift: () => number; // rows that were put before the first since it was asked last
  arrival: { sequence: number } | null; // where a jump arrived
  reopen: () => void; // at the same place
}

// The timeline of a log with a filter, at a place ('' is live). However many changes there are, the page is drawn once per
// frame of the screen, not at all while nobody sees it, and only where something of the timeline is shown.
export function useTimeline(log: string, filter: RecordFilter, at: string): TimelineHandle {
  const frame = useSignal(0);
  const [arrival, setArrival] = useState<{ sequence: number } | null>(null);
  const [opening, setOpening] = useState(0);
  const shift = useRef(0);
  const { channel, key, contains } = filter;
  const timeline = useMemo(() => {
    let pending = 0;
    const onChange = (rows: number) => {
      shift.current += rows;
      pending ||= requestAnimationFrame(() => {
        pending = 0;
        frame.value++;
      });
    };
    return new Timeline(sourceOf(log, { channel, key, contains }), onChange);
  }, [log, channel, key, contains]);
  useEffect(() => {
    shift.current = 0;
    setArrival(null);
    const place = placeOf(at);
    const arrive = (sequence: number | null) => sequence !== null && setArrival({ sequence });
    if (place) void timeline.openAt(place).then(arrive);
    else void timeline.openLive();
    return () => timeline.close();
  }, [timeline, at, opening]);
  const takeShift = () => {
    const rows = shift.current;
    shift.current = 0;
    return rows;
  };
  return { timeline, frame, takeShift, arrival, reopen: () => setOpening((count) => count + 1) };
}

// What stands in the address: a sequence, or a time as RFC 3339. Null: live.
export function placeOf(at: string): { sequence: number } | { time: string } | null {
  if (at === '') return null;
  return /^\d+$/.test(at) ? { sequence: Number(at) } : { time: at };
}

// What somebody typed: a sequence (also with separators), or a time. Null: neither.
export function addressOf(typed: string, nowMs: number): string | null {
  const digits = typed.trim().replace(/[,_ ]/g, '');
  if (/^#?\d{1,16}$/.test(digits)) return digits.replace('#', '');
  const when = parseWhen(typed, nowMs);
  return when === null ? null : new Date(when).toISOString();
}

function sourceOf(log: string, filter: RecordFilter): RecordSource {
  return {
    filter,
    end: async (signal) => Number((await getLog(log, signal)).committedEnd ?? 0),
    page: (place, signal) => readPage({ log, ...filter, ...place }, signal),
    stream: (listener) => new LiveStream(log, filter.channel, listener),
    problemFrom,
  };
}
