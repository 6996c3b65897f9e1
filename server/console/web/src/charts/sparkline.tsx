import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Series } from '../api/types';
import { paint } from '../ui/theme';
import { color } from './colors';

const SIZE = { width: 96, height: 24 };

// The shape of the last hour within a row of a table, where the number beside it says what matters.
export function Sparkline({ times, values }: { times: number[]; values: Series }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, values] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const made = new uPlot(options(), latest.current, box.current as HTMLDivElement);
    plot.current = made;
    return () => made.destroy();
  }, [paint.value]);
  useEffect(() => plot.current?.setData(data), [times, values]);
  return <div class="sparkline" ref={box} aria-hidden="true" />;
}

function options(): uPlot.Options {
  return {
    ...SIZE,
    padding: [2, 0, 2, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, high) => [0, Math.max(high ?? 0, 1)] } },
    axes: [{ show: false }, { show: false }],
    series: [{}, { stroke: color('--series-1'), width: 1.25, points: { show: false } }],
  };
}
