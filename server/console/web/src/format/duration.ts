const STEPS: [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

// "0 s", "450 ms", "2.5 s", "3 min 20 s", "5 d 2 h": two units at most.
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `−${formatDuration(-seconds)}`;
  if (seconds === 0) return '0 s';
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${trim(seconds * 1e3)} ms`;
  if (seconds < 10) return `${trim(seconds)} s`;
  return twoUnits(Math.round(seconds));
}

function twoUnits(seconds: number): string {
  const at = STEPS.findIndex(([size]) => seconds >= size);
  const [size, unit] = STEPS[at] as [number, string];
  const first = `${Math.floor(seconds / size)} ${unit}`;
  const next = STEPS[at + 1];
  const left = next ? Math.floor((seconds % size) / next[0]) : 0;
  return next && left > 0 ? `${first} ${left} ${next[1]}` : first;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

// Protobuf's JSON of a Duration, as "1.5s"; undefined is none.
export function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const seconds = Number(duration.replace(/s$/, ''));
  return Number.isFinite(seconds) ? seconds : undefined;
}

// "just now", "12 s ago", "in 3 min".
export function formatAgo(thenMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - thenMs) / 1000);
  if (Math.abs(seconds) < 2) return 'just now';
  return seconds > 0 ? `${twoUnits(seconds)} ago` : `in ${twoUnits(-seconds)}`;
}
