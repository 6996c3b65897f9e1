import { eventsAddress } from '../api/endpoints';
import { problemFrom, request } from '../api/http';
import { offline, problemOf, silent, type ErrorBody, type Problem } from '../api/problem';
import { recordOf, type LogRecord } from '../api/record';
import type { RecordJson } from '../api/types';
import { nextTailState, SILENCE_MS, type Place, type TailEvent, type TailState } from './resume';
import { SseParser, type SseEvent } from './sse_parser';

export interface StreamListener {
  onRecord(record: LogRecord): void;
  onState(state: TailState): void;
}

// The live tail of a log over HTTP: does what the state machine of resume.ts says.
export class LiveStream {
  private state: TailState = { phase: 'idle' };
  private connection: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly log: string,
    private readonly channel: string,
    private readonly listener: StreamListener,
  ) {}

  start(sequence: number): void {
    this.take({ kind: 'start', place: { kind: 'sequence', sequence } });
  }

  stop(): void {
    this.take({ kind: 'stop' });
  }

  // Does not wait for the end of the delay.
  retryNow(): void {
    this.take({ kind: 'due' });
  }

  private take(event: TailEvent): void {
    const before = this.state;
    this.state = nextTailState(before, event, Math.random());
    if (this.state === before) return;
    if (this.state.phase !== before.phase || this.state.phase === 'connecting') this.enter(this.state);
    this.listener.onState(this.state);
  }

  private enter(state: TailState): void {
    clearTimeout(this.timer);
    if (state.phase === 'open') return this.watch();
    this.connection?.abort();
    this.connection = null;
    if (state.phase === 'connecting') void this.connect(state.place);
    if (state.phase === 'waiting') this.timer = setTimeout(() => this.take({ kind: 'due' }), state.delayMs);
  }

  private watch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.take({ kind: 'broken', problem: silent() }), SILENCE_MS);
  }

  private async connect(place: Place): Promise<void> {
    const connection = new AbortController();
    this.connection = connection;
    this.watch();
    const problem = await this.readAll(place, connection);
    if (this.connection === connection) this.take({ kind: 'broken', problem });
  }

  // Returns why it ended.
  private async readAll(place: Place, connection: AbortController): Promise<Problem> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (place.kind === 'id') headers['Last-Event-ID'] = place.id;
    const from = place.kind === 'sequence' ? place.sequence : undefined;
    try {
      const response = await request(eventsAddress(this.log, this.channel, from), { headers, signal: connection.signal });
      if (this.connection !== connection) return offline();
      this.take({ kind: 'opened' });
      return await this.readBody(response, connection);
    } catch (error) {
      return connection.signal.aborted || !(error instanceof TypeError) ? problemFrom(error) : offline();
    }
  }

  private async readBody(response: Response, connection: AbortController): Promise<Problem> {
    const parser = new SseParser();
    const decoder = new TextDecoder();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.connection !== connection) return offline();
      this.watch();
      const problem = this.deliver(parser.push(decoder.decode(value, { stream: true })));
      if (problem) return problem;
    }
  }

  // Returns why the server ended the stream, if that is among the events.
  private deliver(events: SseEvent[]): Problem | null {
    let last: SseEvent | null = null;
    for (const event of events) {
      if (event.type === 'end') return this.ended(last, event);
      if (event.type === 'message' && event.data !== null) {
        this.listener.onRecord(recordOf(JSON.parse(event.data) as RecordJson));
      }
      last = event;
    }
    // Once for all of a piece: they were all delivered before anything else can happen.
    const caughtUp = events.some((event) => event.type === 'caught_up');
    if (last) this.take({ kind: caughtUp ? 'caught_up' : 'moved', id: last.id });
    return null;
  }

  private ended(last: SseEvent | null, end: SseEvent): Problem {
    if (last) this.take({ kind: 'moved', id: last.id });
    const body = JSON.parse(end.data ?? '{}') as ErrorBody;
    return problemOf(statusOfEnd(body), body);
  }
}

// The error within a stream has no HTTP status; what it would have been matters for a few only.
function statusOfEnd(body: ErrorBody): number {
  switch (body.error?.code) {
    case 'UNAUTHENTICATED':
      return 401;
    case 'PERMISSION_DENIED':
      return 403;
    case 'NOT_FOUND':
      return 404;
    case 'RESOURCE_EXHAUSTED':
      return 429;
    case 'UNAVAILABLE':
    case 'INTERNAL':
    case 'CANCELLED':
      return 503;
    default:
      return 400;
  }
}
