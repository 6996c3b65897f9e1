import { base64OfBytes } from '../../format/base64';
import { parseWhen } from '../../format/time';
import type { NewRecord } from '../../api/types';

export type BodyKind = 'text' | 'json' | 'hex' | 'none' | 'deleted';

// What stands in the append form.
export interface Draft {
  channel: string;
  key: string;
  kind: BodyKind;
  body: string;
  headers: { name: string; value: string }[];
  id: string;
  version: string;
  expires: string;
}

export type Faults = Partial<Record<keyof Draft, string>>;

export function emptyDraft(channel: string): Draft {
  return { channel, key: '', kind: 'text', body: '', headers: [], id: '', version: '', expires: '' };
}

// The record that the form describes. What only the server can judge (lengths, grants) is left to it.
export function newRecordOf(draft: Draft, nowMs: number): { record: NewRecord } | { faults: Faults } {
  const faults = faultsOf(draft, nowMs);
  if (Object.keys(faults).length > 0) return { faults };
  const headers = draft.headers.filter(({ name, value }) => name !== '' || value !== '');
  const expires = draft.expires.trim() === '' ? null : expiryOf(draft.expires, nowMs);
  return {
    record: {
      channel: draft.channel,
      ...(draft.key === '' ? {} : { key: draft.key }),
      ...bodyOf(draft),
      ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])) }),
      ...(draft.version.trim() === '' ? {} : { version: draft.version.trim() }),
      ...(draft.id === '' ? {} : { id: draft.id }),
      ...(expires === null ? {} : { expires: new Date(expires).toISOString() }),
    },
  };
}

function faultsOf(draft: Draft, nowMs: number): Faults {
  const faults: Faults = {};
  if (draft.channel === '') faults.channel = 'A record needs a channel, as room-1.';
  if (draft.kind === 'json' && !isJson(draft.body)) faults.body = 'This is not JSON.';
  if (draft.kind === 'hex' && bytesOfHex(draft.body) === null) faults.body = 'Pairs of hexadecimal digits, as 0f a0 ff.';
  if (draft.kind === 'deleted' && draft.key === '') faults.key = 'What is to be deleted is a key.';
  if (draft.version.trim() !== '' && !/^\d+$/.test(draft.version.trim())) faults.version = 'A whole number from 0.';
  const expires = draft.expires.trim();
  if (expires !== '' && expiryOf(expires, nowMs) === null) faults.expires = 'A time, as 2030-01-02 03:04, or from now on, as 30s or 2h.';
  const names = draft.headers.map(({ name }) => name).filter((name) => name !== '');
  if (new Set(names).size !== names.length) faults.headers = 'A header is there twice.';
  if (draft.headers.some(({ name, value }) => name === '' && value !== '')) faults.headers = 'A header needs a name.';
  return faults;
}

function bodyOf(draft: Draft): Partial<NewRecord> {
  switch (draft.kind) {
    case 'text':
    case 'json':
      return { text: draft.body };
    case 'hex':
      return { payload: base64OfBytes(bytesOfHex(draft.body) as Uint8Array) };
    case 'deleted':
      return { deleted: true };
    case 'none':
      return {};
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

// Null: it is not hex.
export function bytesOfHex(text: string): Uint8Array | null {
  const digits = text.replace(/[\s:]/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

// "30s" is in 30 s here, where parseWhen takes it for 30 s ago.
function expiryOf(text: string, nowMs: number): number | null {
  const when = parseWhen(text.trim(), nowMs);
  if (when === null) return null;
  return /^\d+(\.\d+)?\s*(s|sec|m|min|h|d)$/i.test(text.trim()) ? 2 * nowMs - when : when;
}

// The form's field that an error of the server is about, as "records[0].key".
export function fieldOf(field: string | undefined): keyof Draft | null {
  const name = field?.replace(/^records\[\d+\]\.?/, '').replace(/[.[].*$/, '') ?? '';
  if (['text', 'payload', 'body'].includes(name)) return 'body';
  return name in emptyDraft('') ? (name as keyof Draft) : null;
}
