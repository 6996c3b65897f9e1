import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { LogRecord } from '../../api/record';
import { rowId, RecordRow } from './record_row';
import type { TimelineHandle } from './use_timeline';
import { movedOf, slotOf, visibleRows } from './visible_rows';

interface Props {
  handle: TimelineHandle;
  selected: number | null;
  wanted: string;
  paused: boolean;
  onSelect: (sequence: number) => void;
  onOpen: (sequence: number) => void;
}

const WIDE_ROW = 28;
const NARROW_ROW = 48;
const HEAD = 29;

// Rows of a fixed height, of which only those on the screen exist. As long as a record is among them it is drawn by the same
// element at the same place of the body, and it is the body that moves: a stream that runs by touches only the rows that
// are new.
export function RecordList({ handle, selected, wanted, paused, onSelect, onOpen }: Props) {
  const { timeline, takeShift } = handle;
  const scroller = useRef<HTMLDivElement>(null);
  const view = useScroll(scroller, handle, paused);
  const count = timeline.window.length;
  const height = count * view.row;
  const following = timeline.state.mode === 'following';
  const rows = visibleRows({ count, row: view.row, top: following ? height : view.top, height: view.height });
  useLayoutEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const shift = takeShift();
    if (timeline.state.mode === 'following') element.scrollTop = height;
    else if (shift !== 0) element.scrollTop += shift * view.row;
  });
  useArrival(scroller, handle, view.row);
  useOtherRow(scroller, handle, view, selected);
  const keys = useRowKeys(timeline, selected, scroller, view.row, onSelect, onOpen);
  const onClick = (event: MouseEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-sequence]');
    if (row) onOpen(Number(row.dataset.sequence));
  };
  const moved = movedOf(timeline.window.shifted);
  const drawn: { index: number; record: LogRecord }[] = [];
  for (let index = rows.first; index < rows.end; index++) {
    drawn.push({ index, record: timeline.window.at(index) as LogRecord });
  }
  return (
    <div
      class="records"
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Records, oldest first"
      aria-rowcount={-1}
      {...(drawn.some(({ record }) => record.sequence === selected) ? { 'aria-activedescendant': rowId(selected as number) } : {})}
      onKeyDown={keys}
      onClick={onClick}
    >
      <div role="rowgroup" class="records-head">
        <div role="row" class="record head">
          {['Sequence', 'Time', 'Channel', 'Key', 'Body'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div role="presentation" class="records-room" style={{ height: `${height}px` }}>
        <div role="rowgroup" class="records-body" style={{ transform: `translateY(${-moved * view.row}px)` }}>
          {drawn.map(({ index, record }) => (
            <RecordRow
              key={slotOf(index + timeline.window.shifted, rows.pool)}
              record={record}
              top={(index + moved) * view.row}
              selected={record.sequence === selected}
              wanted={wanted}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

interface ScrollView {
  top: number;
  height: number;
  row: number;
}

// Where the list stands. Scrolling up holds the tail, scrolling to the bottom lets it go on, and near either end more is
// read.
function useScroll(scroller: { current: HTMLDivElement | null }, { timeline, frame }: TimelineHandle, paused: boolean): ScrollView {
  const drawn = frame.value;
  const [view, setView] = useState<ScrollView>({ top: 0, height: 0, row: WIDE_ROW });
  const pausedNow = useRef(paused);
  pausedNow.current = paused;
  useEffect(() => {
    const element = scroller.current as HTMLDivElement;
    const measure = () => {
      const row = element.clientWidth < 620 ? NARROW_ROW : WIDE_ROW;
      setView({ top: element.scrollTop, height: element.clientHeight - HEAD, row });
    };
    const onScroll = () => {
      measure();
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (timeline.state.mode === 'following' && below > WIDE_ROW) timeline.hold();
      if (timeline.state.mode === 'held' && below < 2 && !pausedNow.current) timeline.follow();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [timeline]);
  useEffect(() => {
    const near = 2 * view.height;
    const standing = timeline.state.mode !== 'following' && timeline.window.length > 0;
    if (!standing || view.height === 0) return;
    if (view.top < near) void timeline.loadOlder();
    else if (timeline.window.length * view.row - view.top - view.height < near) void timeline.loadNewer();
  }, [view, drawn]);
  return view;
}

// Puts the record that a jump arrived at at the top, once.
function useArrival(scroller: { current: HTMLDivElement | null }, { timeline, arrival }: TimelineHandle, row: number): void {
  useLayoutEffect(() => {
    if (arrival === null) return;
    (scroller.current as HTMLDivElement).scrollTop = timeline.window.indexOf(arrival.sequence) * row;
  }, [arrival]);
}

// Rows of another height, as after the window was made narrower: what was on the screen stays there.
function useOtherRow(
  scroller: { current: HTMLDivElement | null },
  { timeline }: TimelineHandle,
  view: ScrollView,
  selected: number | null,
): void {
  const before = useRef(view.row);
  useLayoutEffect(() => {
    if (before.current === view.row || timeline.state.mode === 'following') return void (before.current = view.row);
    const element = scroller.current as HTMLDivElement;
    element.scrollTop = (view.top / before.current) * view.row;
    before.current = view.row;
    if (isShown(timeline, selected)) reveal(element, timeline.window.indexOf(selected as number) * view.row, view.row);
  }, [view.row]);
}

function useRowKeys(
  timeline: TimelineHandle['timeline'],
  selected: number | null,
  scroller: { current: HTMLDivElement | null },
  row: number,
  onSelect: (sequence: number) => void,
  onOpen: (sequence: number) => void,
): (event: KeyboardEvent) => void {
  const move = (steps: number) => {
    const { window } = timeline;
    const element = scroller.current as HTMLDivElement;
    const first = Math.ceil(element.scrollTop / row);
    // Where nothing is selected, the first step selects what is at the edge of the screen that it comes from.
    const edge = steps > 0 ? first - 1 : first + Math.floor((element.clientHeight - HEAD) / row);
    const from = isShown(timeline, selected) ? window.indexOf(selected as number) : edge;
    const index = Math.max(0, Math.min(window.length - 1, from + steps));
    const record = window.at(index);
    if (!record) return;
    if (timeline.state.mode === 'following') timeline.hold();
    onSelect(record.sequence);
    reveal(element, index * row, row);
  };
  const page = () => Math.max(1, Math.floor(((scroller.current as HTMLDivElement).clientHeight - HEAD) / row) - 1);
  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowDown' || event.key === 'j') move(1);
    else if (event.key === 'ArrowUp' || event.key === 'k') move(-1);
    else if (event.key === 'PageDown') move(page());
    else if (event.key === 'PageUp') move(-page());
    else if (event.key === 'Home') move(-timeline.window.length);
    else if (event.key === 'End') move(timeline.window.length);
    else if (event.key === 'Enter' && selected !== null) onOpen(selected);
    else return;
    event.preventDefault();
  };
}

function isShown({ window }: TimelineHandle['timeline'], sequence: number | null): boolean {
  return sequence !== null && window.at(window.indexOf(sequence))?.sequence === sequence;
}

function reveal(element: HTMLDivElement, top: number, row: number): void {
  const shown = element.clientHeight - HEAD;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + row > element.scrollTop + shown) element.scrollTop = top + row - shown;
}
