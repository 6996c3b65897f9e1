import { expect, test } from 'vitest';
import { base64Length, base64OfBytes, bytesOfBase64 } from '../../../server/console/web/src/format/base64';
import { formatBytes } from '../../../server/console/web/src/format/bytes';
import { formatAgo, formatDuration, secondsOf } from '../../../server/console/web/src/format/duration';
import { hexLines } from '../../../server/console/web/src/format/hex';
import { prettyJson } from '../../../server/console/web/src/format/json_text';
import { formatShort } from '../../../server/console/web/src/format/number';
import { formatShortTime, parseWhen } from '../../../server/console/web/src/format/time';

test.each([
  [0, '0 B'], [999, '999 B'], [1024, '1 KiB'], [1536, '1.5 KiB'], [1_048_576, '1 MiB'], [123_456_789, '118 MiB'], [5 * 2 ** 40, '5 TiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0, '0 s'], [0.00042, '420 µs'], [0.0043, '4.3 ms'], [2.5, '2.5 s'], [75, '1 min 15 s'], [3600, '1 h'], [183_600, '2 d 3 h'], [-5, '−5 s'],
])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test('durations as protobuf writes them, and times ago', () => {
  expect([secondsOf('1.5s'), secondsOf('0s'), secondsOf(undefined), secondsOf('x')]).toEqual([1.5, 0, undefined, undefined]);
  expect([formatAgo(0, 500), formatAgo(0, 90_000), formatAgo(60_000, 0)]).toEqual(['just now', '1 min 30 s ago', 'in 1 min']);
});

test.each([[0.25, '0.25'], [85.4, '85.4'], [1234, '1,234'], [12_345, '12.3k'], [3_400_000, '3.4M']])(
  '%d is %s in short', (value, text) => expect(formatShort(value)).toBe(text));

test('bytes as hexdump shows them', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, at) => (at === 17 ? 0xff : 0x40 + at));
  expect(hexLines(bytes)).toEqual([
    { offset: '00000000', hex: '40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f', text: '@ABCDEFGHIJKLMNO' },
    { offset: '00000010', hex: '50 ff', text: 'P.' },
  ]);
  expect(hexLines(new Uint8Array(100), 32)).toHaveLength(2);
});

test('base64 there and back', () => {
  for (let length = 0; length < 7; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => 250 + at);
    expect(bytesOfBase64(base64OfBytes(bytes))).toEqual(bytes);
    expect(base64Length(base64OfBytes(bytes))).toBe(length);
  }
});

test('JSON is indented without touching its numbers and strings', () => {
  const text = '{"a":[1,2.50,12345678901234567890],"b":{},"c":"x{y}: \\"[z],","d":[]}';
  const pretty = prettyJson(text) as string;
  expect(pretty.split('\n')[1]).toBe('  "a": [');
  expect(pretty).toContain('12345678901234567890');
  expect(pretty).toContain('"c": "x{y}: \\"[z],"');
  expect(pretty.replace(/\n\s*/g, '').replace(/": /g, '":')).toBe(text);
  expect([prettyJson('plain'), prettyJson('{"half":'), prettyJson('12')]).toEqual([null, null, null]);
  expect(prettyJson('['.repeat(20_000) + ']'.repeat(20_000))).toBeNull(); // what it indents to has no place in memory
});

test('times in a narrow column say the day where it is not today', () => {
  const now = new Date(2026, 10, 21, 18, 0, 0).getTime();
  expect(formatShortTime(now - 3_600_000, now)).toBe('17:00:00.000');
  expect(formatShortTime(now - 86_400_000, now)).toBe('11-20 18:00:00');
  expect(formatShortTime(new Date(2025, 1, 3, 4, 5).getTime(), now)).toBe('2025-02-03 04:05');
});

test('times as people type them', () => {
  const now = new Date(2026, 10, 21, 18, 0, 0).getTime();
  expect(parseWhen('10m ago', now)).toBe(now - 600_000);
  expect(parseWhen('2h', now)).toBe(now - 7_200_000);
  expect(parseWhen('14:05', now)).toBe(new Date(2026, 10, 21, 14, 5).getTime());
  expect(parseWhen('2026-01-31 14:05', now)).toBe(new Date(2026, 0, 31, 14, 5).getTime());
  expect(parseWhen('2026-01-31T14:05:00Z', now)).toBe(Date.UTC(2026, 0, 31, 14, 5));
  expect([parseWhen('soon', now), parseWhen('25:00', now), parseWhen('', now)]).toEqual([null, null, null]);
});
