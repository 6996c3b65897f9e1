import { expect, test } from 'vitest';
import type { History } from '../../../server/console/web/src/api/types';
import { formatRoute, parseRoute, type Route } from '../../../server/console/web/src/app/route';
import { mergeHistory, sumSeries } from '../../../server/console/web/src/charts/history';
import { emptyDraft, fieldOf, newRecordOf } from '../../../server/console/web/src/views/log/draft';
import { piecesOf } from '../../../server/console/web/src/views/log/record_preview';
import { movedOf, slotOf, visibleRows } from '../../../server/console/web/src/views/log/visible_rows';
import { retentionOf } from '../../../server/console/web/src/views/overview/retention';

test('every place has an address, whatever its names are', () => {
  const hostile = 'a/b?c=d&e#f %25 ü';
  const places: Route[] = [
    { view: 'overview' },
    { view: 'nodes', log: hostile },
    { view: 'table', log: hostile, channel: hostile },
    { view: 'log', log: hostile, channel: hostile, key: hostile, contains: hostile, at: '2026-01-01T00:00:00Z', record: '5' },
  ];
  for (const place of places) expect(parseRoute(formatRoute(place))).toEqual(place);
  for (const odd of ['', '#', '#/x', '#/logs', '#/logs/%E0%A4%A']) expect(parseRoute(odd)).toBeDefined();
});

test('a list of any length has rows for the screen and no two in one place', () => {
  for (const count of [0, 1, 10, 10_000]) {
    for (const top of [0, 777, 1e9]) {
      const { first, end, pool } = visibleRows({ count, row: 28, top, height: 500 });
      expect(end - first).toBeLessThanOrEqual(pool);
      expect(end - first).toBeGreaterThanOrEqual(Math.min(count, 18));
      expect(end).toBeLessThanOrEqual(count);
    }
  }
});

test('a record keeps its element and its place while the list moves on', () => {
  for (let shifted = -50; shifted < 60_000; shifted += 997) {
    for (const index of [0, 5, 40]) {
      expect(slotOf(index + shifted, 41)).toBe(slotOf(index - 1 + shifted + 1, 41));
      expect(slotOf(index + shifted, 41)).toBeGreaterThanOrEqual(0);
    }
    expect(movedOf(shifted)).toBeGreaterThanOrEqual(0);
    expect(movedOf(shifted)).toBeLessThan(20_000);
  }
});

const history = (times: number[], values: (number | null)[]): History => ({
  intervalSeconds: 5,
  times,
  logs: [{ log: 'a', appendedRecords: values, appendedBytes: values, deliveredRecords: values, deliveredBytes: values, bytes: values }],
});

test('the last hour grows at its end, and a log that is new was not there before', () => {
  const merged = mergeHistory(history([1, 2], [10, 20]), history([3], [null]));
  expect([merged.times, merged.logs?.[0]?.appendedRecords]).toEqual([[1, 2, 3], [10, 20, null]]);
  const other = { ...history([3], [5]), logs: history([3], [5]).logs?.map((log) => ({ ...log, log: 'b' })) ?? [] };
  expect(mergeHistory(history([1, 2], [1, 2]), other).logs?.[0]?.bytes).toEqual([null, null, 5]);
  expect(mergeHistory(history([1], [1]), history([], [])).times).toEqual([1]);
  let long = history([0], [0]);
  for (let at = 1; at < 1000; at++) long = mergeHistory(long, history([at], [at]));
  expect([long.times.length, long.times[0], long.logs?.[0]?.bytes.length]).toEqual([720, 280, 720]);
  expect(sumSeries([[1, null], [2, null]], 2)).toEqual([3, null]);
});

test('the append form makes a record, or says at which field it cannot', () => {
  const draft = { ...emptyDraft('room'), body: 'hi' };
  expect(newRecordOf(draft, 0)).toEqual({ record: { channel: 'room', text: 'hi' } });
  const full = { ...draft, key: 'k', kind: 'hex' as const, body: '0f A0', headers: [{ name: 'a', value: 'b' }], version: '7', id: 'i', expires: '30s' };
  expect(newRecordOf(full, 1_000_000)).toEqual({
    record: { channel: 'room', key: 'k', payload: 'D6A=', headers: { a: 'b' }, version: '7', id: 'i', expires: new Date(1_030_000).toISOString() },
  });
  const faulty = { ...draft, channel: '', kind: 'json' as const, body: '{', version: '-1', expires: 'soon', headers: [{ name: '', value: 'x' }] };
  expect(Object.keys((newRecordOf(faulty, 0) as { faults: object }).faults).sort()).toEqual(['body', 'channel', 'expires', 'headers', 'version']);
  expect([fieldOf('records[0].key'), fieldOf('channel'), fieldOf('records[0].headers["x"]'), fieldOf('log'), fieldOf(undefined)]).toEqual([
    'key', 'channel', 'headers', null, null,
  ]);
});

test('what a search found stands apart from the rest of the text', () => {
  expect(piecesOf('a Needle, needle', 'needle')).toEqual(['a ', 'Needle', ', ', 'needle', '']);
  expect(piecesOf('none', 'x')).toEqual(['none']);
});

test('retention in words', () => {
  expect(retentionOf({ retentionAge: '172800s', retentionBytes: '1073741824' })).toBe('2 d · 1 GiB');
  expect(retentionOf({ retentionAge: '0s' })).toBe('for ever');
});
