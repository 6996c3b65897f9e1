import { useEffect, useId, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Series } from '../api/types';
import { paint } from '../ui/theme';
import { chartOptions } from './chart_options';
import { newest } from './history';

export interface ChartSeries {
  label: string;
  color: string; // a CSS variable, as --series-1
  values: Series;
}

interface Props {
  title: string;
  times: number[];
  series: ChartSeries[];
  unit?: 'bytes';
  format: (value: number) => string;
  hint?: string;
  empty: string; // what is said when there is nothing to draw
}

// A chart over the last hour; the values beside the names are those under the pointer, or the newest.
export function TimeChart({ title, times, series, unit, format, hint, empty }: Props) {
  const heading = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const at = pointed ?? times.length - 1;
  const drawn = series.some(({ values }) => values.some((value) => value !== null));
  return (
    <section class="panel chart" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{title}</h2>
        {hint && <span class="muted hint">{hint}</span>}
        <ul class="legend">
          {drawn && series.map((one) => <LegendItem key={one.label} series={one} at={at} format={format} />)}
        </ul>
      </header>
      {drawn ? (
        <Plot label={summary(title, series, format)} times={times} series={series} {...(unit ? { unit } : {})} format={format} onPoint={setPointed} />
      ) : (
        <p class="nothing muted">{empty}</p>
      )}
    </section>
  );
}

function LegendItem({ series, at, format }: { series: ChartSeries; at: number; format: Props['format'] }) {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    (mark.current as HTMLSpanElement).style.background = `var(${series.color})`;
  }, [series.color]);
  const value = series.values[at];
  return (
    <li>
      <span class="mark" ref={mark} />
      <span class="muted clip">{series.label}</span> <b>{typeof value === 'number' ? format(value) : '–'}</b>
    </li>
  );
}

interface PlotProps {
  label: string;
  times: number[];
  series: ChartSeries[];
  unit?: 'bytes';
  format: Props['format'];
  onPoint: (at: number | null) => void;
}

function Plot({ label, times, series, unit, format, onPoint }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...series.map(({ values }) => values)] as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const shape = `${series.map((one) => `${one.label} ${one.color}`).join('|')} ${paint.value}`;
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const made = new uPlot(chartOptions({ ...size(), series, ...(unit ? { unit } : {}), format, onPoint }), latest.current, element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [times, series]);
  return <div class="plot" ref={box} role="img" aria-label={label} />;
}

function summary(title: string, series: ChartSeries[], format: Props['format']): string {
  const parts = series.map(({ label, values }) => {
    const now = newest(values);
    return `${label} now ${now === null ? 'unknown' : format(now)}, at most ${format(highest(values))}`;
  });
  return `${title} over the last hour: ${parts.join('; ')}`;
}

function highest(values: Series): number {
  return values.reduce<number>((high, value) => Math.max(high, value ?? 0), 0);
}
