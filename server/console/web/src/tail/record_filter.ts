import { bytesOfBase64 } from '../format/base64';
import type { RecordFilter } from '../api/record_filter';
import type { LogRecord } from '../api/record';

// The same choice that the server makes for a page, made for what comes live.
export function matches(record: LogRecord, filter: RecordFilter): boolean {
  if (filter.key !== '' && record.key !== filter.key) return false;
  if (!matchesChannel(record.channel, filter.channel)) return false;
  return filter.contains === '' || contains(record, foldAscii(filter.contains));
}

export function matchesChannel(channel: string, pattern: string): boolean {
  if (pattern === '') return true;
  return pattern.endsWith('*') ? channel.startsWith(pattern.slice(0, -1)) : channel === pattern;
}

function contains(record: LogRecord, wanted: string): boolean {
  const has = (text: string | undefined) => text !== undefined && foldAscii(text).includes(wanted);
  if (has(record.text) || has(record.key) || has(record.id) || has(record.channel)) return true;
  if (record.payload !== undefined && has(lossyText(record.payload))) return true;
  return Object.entries(record.headers ?? {}).some(([name, value]) => has(name) || has(value));
}

function lossyText(payload: string): string {
  return new TextDecoder().decode(bytesOfBase64(payload));
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
