const MARGIN = 6; // rows beyond either edge, so that scrolling does not show a gap

// Which rows of a list exist on the page, of `count` rows of `row` pixels each, at `top` in a window of `height` pixels. With
// `pool` elements no two of them have the same number modulo `pool`.
export function visibleRows(list: { count: number; row: number; top: number; height: number }): {
  first: number;
  end: number;
  pool: number;
} {
  const { count, row, height } = list;
  const pool = Math.ceil(height / row) + 2 * MARGIN + 1;
  const top = Math.max(0, Math.min(list.top, count * row - height));
  const first = Math.max(0, Math.floor(top / row) - MARGIN);
  return { first, end: Math.min(count, first + pool), pool };
}

// Which of `pool` elements draws the record of a number, which may be negative.
export function slotOf(number: number, pool: number): number {
  return ((number % pool) + pool) % pool;
}

const LAP = 20_000;

// How far the body is moved, in rows: the window's shift since the last full lap, so that no place on the page becomes so
// large that a browser rounds it.
export function movedOf(shifted: number): number {
  return shifted - Math.floor(shifted / LAP) * LAP;
}
