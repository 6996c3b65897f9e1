// Server-sent events from pieces of text, wherever these are cut. EventSource is not used because it cannot send the
// header with the token.
export interface SseEvent {
  type: string; // "message" when the event names none
  id: string; // the last id that was seen, this event's own included
  data: string | null; // null: a block without data, which only moves the id
}

export class SseParser {
  private rest = '';
  private id = '';
  private type = '';
  private data: string[] = [];
  private touched = false;

  // Returns the events that are complete with this piece.
  push(piece: string): SseEvent[] {
    const text = this.rest + piece;
    const events: SseEvent[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = text.slice(from, end > from && text[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
      if (line === '') this.finish(events);
      else this.take(line);
    }
    this.rest = text.slice(from);
    return events;
  }

  private take(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const skip = line[colon + 1] === ' ' ? 2 : 1;
    const value = colon < 0 ? '' : line.slice(colon + skip);
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id') this.id = value;
    else return;
    this.touched = true;
  }

  private finish(events: SseEvent[]): void {
    if (this.touched) {
      const data = this.data.length === 0 ? null : this.data.join('\n');
      events.push({ type: this.type === '' ? 'message' : this.type, id: this.id, data });
    }
    this.type = '';
    this.data = [];
    this.touched = false;
  }
}
