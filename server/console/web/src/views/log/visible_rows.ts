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
