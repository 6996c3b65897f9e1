import { expect, test } from 'vitest';
import { SseParser } from '../../../server/console/web/src/tail/sse_parser';

const STREAM = ': hello\nid: A.1\ndata: {"sequence":"0"}\n\nid: A.2\r\ndata: one\r\ndata:two\r\n\r\n: bookmark\nid: A.9\n\nevent: caught_up\nid: A.9\ndata: {}\n\nevent: end\ndata: x\n\n';
const EVENTS = [
  { type: 'message', id: 'A.1', data: '{"sequence":"0"}' },
  { type: 'message', id: 'A.2', data: 'one\ntwo' },
  { type: 'message', id: 'A.9', data: null },
  { type: 'caught_up', id: 'A.9', data: '{}' },
  { type: 'end', id: 'A.9', data: 'x' },
];

test('events, ids, bookmarks without data, comments, both line ends', () => {
  expect(new SseParser().push(STREAM)).toEqual(EVENTS);
});

test('wherever the stream is cut', () => {
  for (let size = 1; size < 40; size++) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    expect(events).toEqual(EVENTS);
  }
});

test('what is not finished is no event', () => {
  expect(new SseParser().push('id: A.1\ndata: {"half')).toEqual([]);
  expect(new SseParser().push('id: A.1\ndata: whole\n')).toEqual([]);
});
