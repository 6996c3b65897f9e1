import { describe, expect, test } from 'vitest';
import type { RecordJson, ReadResponse } from '../../../server/console/web/src/api/types';
import { recordOf } from '../../../server/console/web/src/api/record';
import { NO_FILTER, type RecordFilter } from '../../../server/console/web/src/api/record_filter';
import { matches } from '../../../server/console/web/src/tail/record_filter';
import { MAX_RECORDS } from '../../../server/console/web/src/tail/record_window';
import type { StreamListener } from '../../../server/console/web/src/tail/live_stream';
import { Timeline, type PagePlace, type RecordSource } from '../../../server/console/web/src/tail/timeline';

// A log in memory, with the rules of the server's pages and of its stream.
class FakeLog implements RecordSource {
  readonly records: RecordJson[] = [];
  listener: StreamListener | null = null;
  private next = 0;

  constructor(readonly filter: RecordFilter = NO_FILTER) {}

  append(count: number, text = 'm'): void {
    for (let at = 0; at < count; at++) {
      this.records.push({ sequence: String(this.records.length), time: '2026-01-01T00:00:00Z', channel: 'c', text });
    }
    this.deliver();
  }

  end = () => Promise.resolve(this.records.length);

  page({ from, backward = false, limit }: PagePlace): Promise<ReadResponse> {
    const start = backward ? Math.max(0, (from as number) - limit) : (from as number);
    const end = backward ? (from as number) : Math.min(this.records.length, start + limit);
    const looked = this.records.slice(start, end).filter((record) => matches(recordOf(record), this.filter));
    return Promise.resolve({
      records: backward ? looked.reverse() : looked,
      nextSequence: String(backward ? start : end),
      committedEnd: String(this.records.length),
      atEnd: backward ? start === 0 : end === this.records.length,
    });
  }

  stream(listener: StreamListener) {
    return {
      start: (sequence: number) => {
        this.listener = listener;
        this.next = sequence;
        this.deliver();
      },
      stop: () => void (this.listener = null),
      retryNow: () => {},
    };
  }

  problemFrom(): never {
    throw new Error('nothing fails here');
  }

  private deliver(): void {
    for (; this.listener && this.next < this.records.length; this.next++) {
      this.listener.onRecord(recordOf(this.records[this.next] as RecordJson));
    }
  }
}

const shown = ({ window }: Timeline) => Array.from({ length: window.length }, (_, at) => window.at(at)?.sequence);
const run = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

async function opened(log: FakeLog): Promise<Timeline> {
  const timeline = new Timeline(log, () => {});
  await timeline.openLive();
  return timeline;
}

describe('Timeline', () => {
  test('the newest, then what comes, then what is older: no gap, nothing twice', async () => {
    const log = new FakeLog();
    log.append(1000);
    const timeline = await opened(log);
    log.append(3);
    expect(shown(timeline)).toEqual(run(800, 1003));
    timeline.hold();
    await timeline.loadOlder();
    expect(shown(timeline)).toEqual(run(600, 1003));
  });

  test('held, it stands still, and then has everything', async () => {
    const log = new FakeLog();
    log.append(10);
    const timeline = await opened(log);
    timeline.hold();
    log.append(50);
    expect([timeline.state.held, shown(timeline)]).toEqual([50, run(0, 10)]);
    timeline.follow();
    expect([timeline.state.held, shown(timeline)]).toEqual([0, run(0, 60)]);
  });

  test('followed again while an older page is on its way, it stays at the end', async () => {
    const log = new FakeLog();
    log.append(1000);
    const timeline = await opened(log);
    log.append(MAX_RECORDS);
    timeline.hold();
    const older = timeline.loadOlder();
    timeline.follow();
    log.append(500);
    await older;
    expect(timeline.state.mode).toBe('following');
    expect(shown(timeline)).toEqual(run(1500, MAX_RECORDS + 1500));
  });

  test('held for too long, it becomes history that is read on to the live end', async () => {
    const log = new FakeLog();
    log.append(10);
    const timeline = await opened(log);
    timeline.hold();
    log.append(MAX_RECORDS + 1);
    expect([timeline.state.mode, log.listener]).toEqual(['history', null]);
    for (let page = 0; timeline.state.mode === 'history' && page < 100; page++) await timeline.loadNewer();
    expect(timeline.state.mode).toBe('following');
    log.append(2);
    expect(shown(timeline)).toEqual(run(13, MAX_RECORDS + 13));
  });

  test('the bound: the oldest leave, are counted, and can be read again', async () => {
    const log = new FakeLog();
    const timeline = await opened(log);
    log.append(MAX_RECORDS + 500);
    expect(timeline.window.droppedOlder).toBe(500);
    expect(shown(timeline)).toEqual(run(500, MAX_RECORDS + 500));
    timeline.hold();
    await timeline.loadOlder();
    expect(shown(timeline)).toEqual(run(300, MAX_RECORDS + 300));
    expect(timeline.state.mode).toBe('history'); // what is newer was let go
  });

  test('a jump, with what is around it', async () => {
    const log = new FakeLog();
    log.append(2000);
    const timeline = new Timeline(log, () => {});
    expect(await timeline.openAt({ sequence: 1000 })).toBe(1000);
    expect(shown(timeline)).toEqual(run(800, 1200));
    await timeline.loadNewer();
    await timeline.loadOlder();
    expect(shown(timeline)).toEqual(run(600, 1400));
  });

  test('a search goes back until it has found enough, and takes what comes and matches', async () => {
    const log = new FakeLog({ ...NO_FILTER, contains: 'Needle' });
    log.append(3, 'a needle');
    log.append(20_000, 'hay');
    const timeline = await opened(log);
    log.append(2, 'hay');
    log.append(1, 'NEEDLE');
    expect(shown(timeline)).toEqual([0, 1, 2, 20_005]);
    expect(timeline.state.atBegin).toBe(true);
  });
});
