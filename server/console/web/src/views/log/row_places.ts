import type { Timeline } from '../../tail/timeline';

// The heights of rows and of their head, which are also in log.css.
export const WIDE_ROW = 28;
export const NARROW_ROW = 48;
export const HEAD = 29;

export type Scroller = { current: HTMLDivElement | null };

export function isShown({ window }: Timeline, sequence: number | null): boolean {
  return sequence !== null && window.at(window.indexOf(sequence))?.sequence === sequence;
}

// Scrolls no further than it takes to show a row.
export function reveal(element: HTMLDivElement, top: number, row: number): void {
  const shown = element.clientHeight - HEAD;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + row > element.scrollTop + shown) element.scrollTop = top + row - shown;
}
