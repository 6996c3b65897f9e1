import type { LogRecord } from '../api/record';
import { weightOf } from '../api/record';
import { Ring } from './ring';

export const MAX_RECORDS = 10_000;
const MAX_BYTES = 64 << 20;

// What comes while a window stands still, under the same bounds.
export function heldRecords(): Ring<LogRecord> {
  return new Ring(MAX_RECORDS, MAX_BYTES, weightOf);
}

// The records that the page holds: those of a run of the log without a gap, as far as the filter lets them through. Its
// ends say from where to where everything was looked at, so that older and newer ones can be added without a gap.
export class RecordWindow {
  private readonly records = heldRecords();
  // Looked at are the sequences from `begin` up to but not including `end`.
  begin = 0;
  end = 0;
  // Since the window was opened here: what went at the old end to make room. It can be read again.
  droppedOlder = 0;
  // How many records went at the front, less those that were put there: with its index it numbers a record as long as it
  // is in the window, whatever happens at the ends.
  shifted = 0;

  get length(): number {
    return this.records.length;
  }

  at(index: number): LogRecord | undefined {
    return this.records.at(index);
  }

  open(sequence: number): void {
    this.records.clear();
    this.begin = sequence;
    this.end = sequence;
    this.droppedOlder = 0;
    this.shifted = 0;
  }

  // A record at or behind `end`. One from before it is there already, or was passed over.
  append(record: LogRecord): void {
    if (record.sequence < this.end) return;
    for (const gone of this.records.pushBack(record)) {
      this.begin = gone.sequence + 1;
      this.droppedOlder++;
      this.shifted++;
    }
    this.end = record.sequence + 1;
  }

  // Everything before `end` was looked at.
  advance(end: number): void {
    this.end = Math.max(this.end, end);
  }

  // Older records, newest first, as a backward page has them; everything from `begin` on was looked at. Returns how many
  // newer ones had to go.
  prepend(records: LogRecord[], begin: number): number {
    let dropped = 0;
    for (const record of records) {
      if (record.sequence >= this.begin) continue;
      for (const gone of this.records.pushFront(record)) {
        this.end = gone.sequence;
        dropped++;
      }
      this.begin = record.sequence;
      this.shifted--;
    }
    this.begin = Math.min(this.begin, begin);
    this.droppedOlder = 0;
    return dropped;
  }

  // The index of the first record at or behind a sequence; `length` when there is none.
  indexOf(sequence: number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records.at(middle) as LogRecord).sequence < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
