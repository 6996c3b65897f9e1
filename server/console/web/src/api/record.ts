import { base64Length } from '../format/base64';
import type { RecordJson } from './types';

// A record as the page keeps it: the JSON as it came, with what is asked for at every frame made ready.
export interface LogRecord extends Omit<RecordJson, 'sequence'> {
  sequence: number;
  timeMs: number;
}

export function recordOf(json: RecordJson): LogRecord {
  return { ...json, sequence: Number(json.sequence), timeMs: Date.parse(json.time) };
}

export function bodySize(record: LogRecord): number {
  if (record.payload !== undefined) return base64Length(record.payload);
  return record.text === undefined ? 0 : new TextEncoder().encode(record.text).length;
}

// What it takes in memory, roughly, to bound what the page keeps.
export function weightOf(record: LogRecord): number {
  let weight = 300 + 2 * ((record.text?.length ?? 0) + (record.payload?.length ?? 0) + (record.key?.length ?? 0));
  for (const [name, value] of Object.entries(record.headers ?? {})) weight += 2 * (name.length + value.length);
  return weight;
}
