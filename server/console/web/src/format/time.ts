function two(value: number): string {
  return String(value).padStart(2, '0');
}

// "14:03:27.123", in the time zone of who looks.
export function formatClock(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

// "2026-11-21 14:03:27".
export function formatDateTime(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

// For a narrow column: the clock of what is of today, else the day with the clock, or the day of another year.
export function formatShortTime(ms: number, nowMs: number): string {
  const [at, now] = [new Date(ms), new Date(nowMs)];
  if (at.toDateString() === now.toDateString()) return formatClock(ms);
  return at.getFullYear() === now.getFullYear() ? formatDateTime(ms).slice(5) : formatDateTime(ms).slice(0, 16);
}

// What people type as a time: a date and time, a time of today, or so long ago ("10m", "2h ago"). Null: neither.
export function parseWhen(text: string, nowMs: number): number | null {
  const words = text.trim();
  const ago = /^-?(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)(?:\s+ago)?$/i.exec(words);
  if (ago) return nowMs - Number(ago[1]) * secondsIn((ago[2] as string).toLowerCase()) * 1000;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?$/.exec(words);
  if (clock) return timeOfDay(clock, nowMs);
  if (!/^\d{4}-\d{2}-\d{2}/.test(words)) return null;
  const parsed = Date.parse(words.replace(/^(\d{4}-\d{2}-\d{2})$/, '$1T00:00').replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T'));
  return Number.isNaN(parsed) ? null : parsed;
}

function secondsIn(unit: string): number {
  return unit.startsWith('s') ? 1 : unit.startsWith('m') ? 60 : unit === 'h' ? 3600 : 86_400;
}

function timeOfDay(clock: RegExpExecArray, nowMs: number): number | null {
  const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return new Date(nowMs).setHours(hours, minutes, seconds, Math.round(Number(clock[4] ?? 0) * 1000));
}
