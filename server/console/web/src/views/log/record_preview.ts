import { bodySize, type LogRecord } from '../../api/record';
import { formatBytes } from '../../format/bytes';

const SHOWN = 400;

// A record's body on one line.
export function previewOf(record: LogRecord): string {
  if (record.deleted) return '';
  if (record.text !== undefined) return record.text.slice(0, SHOWN).replace(/\s+/g, ' ');
  if (record.payload !== undefined) return `${formatBytes(bodySize(record))} of bytes`;
  return '';
}

// What a preview is not made of text from the record.
export function previewKind(record: LogRecord): 'text' | 'bytes' | 'deleted' | 'none' {
  if (record.deleted) return 'deleted';
  if (record.text !== undefined) return 'text';
  return record.payload === undefined ? 'none' : 'bytes';
}

// A text in pieces, every other of which is what was searched for.
export function piecesOf(text: string, wanted: string): string[] {
  if (wanted === '') return [text];
  const pieces: string[] = [];
  const folded = text.toLowerCase();
  const sought = wanted.toLowerCase();
  if (folded.length !== text.length) return [text]; // a letter whose lower case is longer: the places would not agree
  let from = 0;
  for (let at = folded.indexOf(sought); at >= 0; at = folded.indexOf(sought, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + sought.length));
    from = at + sought.length;
  }
  return [...pieces, text.slice(from)];
}
