import type { History, Series } from '../api/types';

// The last hour as the page keeps it: the first answer, to which what is newer is added.
const KEPT = 720;

type WithSeries = { [name: string]: unknown };

// `more` has only what is newer than `kept`. A log or node that `more` does not know any more is gone.
export function mergeHistory(kept: History | null, more: History): History {
  if (!kept || kept.times.length === 0) return more;
  const before = kept.times.length;
  const added = more.times.length;
  const join = <T extends object>(old: T | undefined, now: T) => joinSeries(old, now, before, added);
  const merged: History = { ...more, times: last([...kept.times, ...more.times]) };
  if (more.logs) merged.logs = more.logs.map((now) => join(kept.logs?.find((old) => old.log === now.log), now));
  if (more.nodes) {
    merged.nodes = more.nodes.map((now) => join(kept.nodes?.find((old) => old.log === now.log && old.node === now.node), now));
  }
  if (more.server) merged.server = join(kept.server, more.server);
  return merged;
}

// Joins what are arrays; the rest is as it is now.
function joinSeries<T extends object>(old: T | undefined, now: T, before: number, added: number): T {
  const joined = { ...now } as WithSeries;
  for (const [name, value] of Object.entries(now)) {
    if (!Array.isArray(value)) continue;
    const earlier = ((old as WithSeries | undefined)?.[name] as Series | undefined) ?? new Array<null>(before).fill(null);
    joined[name] = last([...earlier, ...padded(value as Series, added)]);
  }
  return joined as T;
}

function padded(series: Series, length: number): Series {
  return series.length === length ? series : [...series, ...new Array<null>(length).fill(null)].slice(0, length);
}

function last<T>(values: T[]): T[] {
  return values.slice(-KEPT);
}

// The sum at each time; null where none is known.
export function sumSeries(all: Series[], length: number): Series {
  return Array.from({ length }, (_, at) => {
    const known = all.map((series) => series[at]).filter((value): value is number => typeof value === 'number');
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
  });
}

export function lastKnown(series: Series | undefined): number | null {
  if (!series) return null;
  for (let at = series.length - 1; at >= 0; at--) {
    const value = series[at];
    if (typeof value === 'number') return value;
  }
  return null;
}

// The newest value even if it is not known.
export function newest(series: Series | undefined): number | null {
  return series?.[series.length - 1] ?? null;
}
