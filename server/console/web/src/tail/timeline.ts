import type { Problem } from '../api/problem';
import { recordOf, type LogRecord } from '../api/record';
import type { RecordFilter } from '../api/record_filter';
import type { ReadResponse } from '../api/types';
import { matches } from './record_filter';
import { heldRecords, RecordWindow } from './record_window';
import type { StreamListener } from './live_stream';
import type { TailState } from './resume';

// What a timeline reads from; of one log, with one filter.
export interface RecordSource {
  readonly filter: RecordFilter;
  // The log's next sequence.
  end(signal: AbortSignal): Promise<number>;
  page(request: PagePlace, signal: AbortSignal): Promise<ReadResponse>;
  stream(listener: StreamListener): { start(sequence: number): void; stop(): void; retryNow(): void };
  problemFrom(error: unknown): Problem;
}

export interface PagePlace {
  from?: number;
  time?: string;
  backward?: boolean;
  limit: number;
}

// following: what is new comes into the window.   held: it is kept aside, the window stands still.
// history: the window lies somewhere in the log, and there is no stream.
export type TimelineMode = 'following' | 'held' | 'history';

export interface TimelineState {
  mode: TimelineMode;
  tail: TailState;
  held: number; // records that came while the window stood still
  loading: 'none' | 'opening' | 'older' | 'newer';
  atBegin: boolean; // there is nothing older
  atEnd: boolean; // there was nothing newer when it was looked
  problem: Problem | null; // of the last page
}

const PAGE = 200;
const SEARCH_PAGE = 5_000; // records that the server looks through for one answer
const SEARCH_PAGES = 20; // before it asks the person whether to go on
const ENOUGH = 60; // matches that fill a window

// The records of a log on the screen: the newest and what comes live, or any place in the log with endless history both
// ways. The window never has a gap.
export class Timeline {
  readonly window = new RecordWindow();
  state: TimelineState = {
    mode: 'following', tail: { phase: 'idle' }, held: 0, loading: 'none', atBegin: false, atEnd: false, problem: null,
  };
  private readonly aside = heldRecords();
  private stream: ReturnType<RecordSource['stream']> | null = null;
  private reading = new AbortController();

  // `onChange` may come a thousand times a second; `shift` rows were put before the first one, or taken away there.
  constructor(
    private readonly source: RecordSource,
    private readonly onChange: (shift: number) => void,
  ) {}

  // The newest records, and then what comes.
  async openLive(): Promise<void> {
    this.begin('following');
    const end = await this.read((signal) => this.source.end(signal));
    if (end === null) return;
    this.window.open(end);
    if ((await this.readOlder()) && this.state.mode !== 'history') this.listen(this.window.end);
  }

  // Around a sequence, or the first record at or after a time. Resolves to the sequence that it stands at.
  async openAt(place: { sequence: number } | { time: string }): Promise<number | null> {
    this.begin('history');
    const start = 'sequence' in place ? { from: place.sequence } : { time: place.time };
    const first = await this.readNewer(start);
    if (first === null) return null;
    await this.loadOlder();
    return first;
  }

  close(): void {
    this.reading.abort();
    this.stream?.stop();
    this.stream = null;
  }

  hold(): void {
    if (this.state.mode === 'following') this.set({ mode: 'held' });
  }

  // Goes on with what is new; from far back that is a jump, since the window has no gap.
  follow(): void {
    if (this.state.mode === 'history') return void this.openLive();
    // A page that is still to come would move the window away from its end, or push that out of it.
    this.reading.abort();
    this.reading = new AbortController();
    this.set({ loading: 'none' });
    for (let record = this.aside.popFront(); record; record = this.aside.popFront()) this.window.append(record);
    this.set({ mode: 'following', held: 0 });
  }

  retry(): void {
    if (this.state.problem) void this.openLive();
    else this.stream?.retryNow();
  }

  async loadOlder(): Promise<void> {
    if (this.window.droppedOlder > 0) this.set({ atBegin: false }); // what was the beginning has left the window
    if (this.state.loading !== 'none' || this.state.atBegin) return;
    await this.readOlder();
  }

  // In history only: otherwise what is newer comes by itself.
  async loadNewer(): Promise<void> {
    if (this.state.loading !== 'none' || this.state.mode !== 'history') return;
    if (this.state.atEnd) return this.resumeAtEnd();
    await this.readNewer({ from: this.window.end });
  }

  private begin(mode: TimelineMode): void {
    this.close();
    this.reading = new AbortController();
    this.aside.clear();
    this.window.open(0);
    this.set({ mode, tail: { phase: 'idle' }, held: 0, loading: 'opening', atBegin: false, atEnd: false, problem: null });
  }

  // History that was read up to the end turns into the live tail without a seam.
  private resumeAtEnd(): void {
    this.set({ mode: 'following' });
    this.listen(this.window.end);
  }

  private listen(sequence: number): void {
    this.stream?.stop();
    this.stream = this.source.stream({
      onRecord: (record) => this.take(record),
      onState: (tail) => this.set({ tail }),
    });
    this.stream.start(sequence);
  }

  private take(record: LogRecord): void {
    if (!matches(record, this.source.filter)) return;
    if (this.state.mode === 'following') {
      this.window.append(record);
      return this.onChange(0);
    }
    const overflows = this.aside.pushBack(record).length > 0;
    this.set({ held: this.state.held + 1 });
    if (overflows) this.leaveTail();
  }

  // More came than is kept aside: the window stays where it is, and what is newer is read when it is wanted.
  private leaveTail(): void {
    this.stream?.stop();
    this.stream = null;
    this.aside.clear();
    this.set({ mode: 'history', tail: { phase: 'idle' }, atEnd: false });
  }

  // Reads backward until there is enough to see. False: it failed, or another place was opened meanwhile.
  private async readOlder(): Promise<boolean> {
    let found = 0;
    this.set({ loading: this.state.loading === 'opening' ? 'opening' : 'older', problem: null });
    for (let pages = 0; pages < SEARCH_PAGES && found < ENOUGH && !this.state.atBegin; pages++) {
      const page = await this.page({ from: this.window.begin, backward: true, limit: this.limit() });
      if (!page) return false;
      const records = (page.records ?? []).map(recordOf);
      found += records.length;
      this.prepend(records, Number(page.nextSequence));
      if (page.atEnd) this.set({ atBegin: true });
    }
    this.set({ loading: 'none' });
    return true;
  }

  private prepend(records: LogRecord[], begin: number): void {
    const before = this.window.length;
    const dropped = this.window.prepend(records, begin);
    if (dropped > 0) this.leaveTail();
    this.onChange(this.window.length - before + dropped);
  }

  private append(records: LogRecord[], end: number): void {
    const dropped = this.window.droppedOlder;
    for (const record of records) this.window.append(record);
    this.window.advance(end);
    this.onChange(dropped - this.window.droppedOlder);
  }

  // Resolves to the first sequence found, or where it stands if there is none.
  private async readNewer(place: { from?: number; time?: string }): Promise<number | null> {
    let next = place;
    let first: number | null = null;
    let found = 0;
    this.set({ loading: this.window.length === 0 ? 'opening' : 'newer', problem: null });
    for (let pages = 0; pages < SEARCH_PAGES && found < ENOUGH; pages++) {
      const page = await this.page({ ...next, limit: this.limit() });
      if (!page) return null;
      const records = (page.records ?? []).map(recordOf);
      const end = Number(page.nextSequence);
      if (this.window.end === 0) this.window.open(next.from ?? records[0]?.sequence ?? end);
      this.append(records, end);
      first ??= records[0]?.sequence ?? null;
      found += records.length;
      next = { from: end };
      this.set({ atEnd: page.atEnd === true });
      if (page.atEnd) break;
    }
    this.set({ loading: 'none' });
    return first ?? this.window.end;
  }

  private limit(): number {
    const { key, contains } = this.source.filter;
    return key === '' && contains === '' ? PAGE : SEARCH_PAGE;
  }

  private page(place: PagePlace): Promise<ReadResponse | null> {
    return this.read((signal) => this.source.page(place, signal));
  }

  // Null: it failed, or another place was opened meanwhile.
  private async read<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const { signal } = this.reading;
    try {
      const answer = await ask(signal);
      return signal.aborted ? null : answer;
    } catch (error) {
      if (!signal.aborted) this.set({ loading: 'none', problem: this.source.problemFrom(error) });
      return null;
    }
  }

  private set(change: Partial<TimelineState>): void {
    this.state = { ...this.state, ...change };
    this.onChange(0);
  }
}
