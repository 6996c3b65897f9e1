import { useLayoutEffect, useRef } from 'preact/hooks';
import type { LogRecord } from '../../api/record';
import { rowId, RecordRow } from './record_row';
import { useRowKeys } from './use_row_keys';
import { useArrival, useOtherRow, useScroll } from './use_scroll';
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
