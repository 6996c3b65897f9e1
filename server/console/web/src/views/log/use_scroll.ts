import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { HEAD, isShown, NARROW_ROW, reveal, WIDE_ROW, type Scroller } from './row_places';
import type { TimelineHandle } from './use_timeline';

export interface ScrollView {
  top: number;
  height: number;
  row: number;
}

// Where the list stands. Scrolling up holds the tail, scrolling to the bottom lets it go on, and near either end more is
// read.
export function useScroll(scroller: Scroller, { timeline, frame }: TimelineHandle, paused: boolean): ScrollView {
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
export function useArrival(scroller: Scroller, { timeline, arrival }: TimelineHandle, row: number): void {
  useLayoutEffect(() => {
    if (arrival === null) return;
    (scroller.current as HTMLDivElement).scrollTop = timeline.window.indexOf(arrival.sequence) * row;
  }, [arrival]);
}

// Rows of another height, as after the window was made narrower: what was on the screen stays there.
export function useOtherRow(
  scroller: Scroller,
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
