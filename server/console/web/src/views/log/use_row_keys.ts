import type { Timeline } from '../../tail/timeline';
import { HEAD, isShown, reveal, type Scroller } from './row_places';

// The keys that move through the list, as in any grid.
export function useRowKeys(
  timeline: Timeline,
  selected: number | null,
  scroller: Scroller,
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
