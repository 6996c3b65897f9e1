import { Component } from 'preact';
import type { LogRecord } from '../../api/record';
import { formatShortTime } from '../../format/time';
import { piecesOf, previewKind, previewOf } from './record_preview';

interface Props {
  record: LogRecord;
  top: number;
  selected: boolean;
  wanted: string; // marked where it occurs
}

// Drawn anew only if something of it changed: at full speed most rows of a frame are those of the frame before.
export class RecordRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { record, top, selected, wanted } = this.props;
    return next.record !== record || next.top !== top || next.selected !== selected || next.wanted !== wanted;
  }

  render() {
    return <Row {...this.props} />;
  }
}

// One row of fixed height. Whatever a record holds becomes text nodes.
function Row({ record, top, selected, wanted }: Props) {
  const kind = previewKind(record);
  return (
    <div
      role="row"
      id={rowId(record.sequence)}
      class={selected ? 'record selected' : 'record'}
      aria-selected={selected}
      data-sequence={record.sequence}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell" class="sequence">
        {record.sequence}
      </span>
      <span role="gridcell" class="time">
        {formatShortTime(record.timeMs, Date.now())}
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
