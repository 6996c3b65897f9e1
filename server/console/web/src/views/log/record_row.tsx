import type { LogRecord } from '../../api/record';
import { formatClock } from '../../format/time';
import { piecesOf, previewKind, previewOf } from './record_preview';

interface Props {
  record: LogRecord;
  index: number; // within what is shown
  top: number;
  selected: boolean;
  wanted: string; // marked where it occurs
}

// One row of fixed height. Whatever a record holds becomes text nodes.
export function RecordRow({ record, index, top, selected, wanted }: Props) {
  const kind = previewKind(record);
  return (
    <div
      role="row"
      id={rowId(record.sequence)}
      class={selected ? 'record selected' : 'record'}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-sequence={record.sequence}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" class="sequence">
        {record.sequence}
      </span>
      <span role="gridcell" class="time">
        {formatClock(record.timeMs)}
      </span>
      <span role="gridcell" class="channel">
        {record.channel}
      </span>
      <span role="gridcell" class="key">
        {record.key ?? ''}
      </span>
      <span role="gridcell" class={`preview ${kind}`}>
        {kind === 'deleted' ? 'deleted' : kind === 'none' ? 'no body' : <Marked text={previewOf(record)} wanted={wanted} />}
      </span>
    </div>
  );
}

export function rowId(sequence: number): string {
  return `record-${sequence}`;
}

function Marked({ text, wanted }: { text: string; wanted: string }) {
  if (wanted === '') return <>{text}</>;
  return <>{piecesOf(text, wanted).map((piece, at) => (at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece))}</>;
}
