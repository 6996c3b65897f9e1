import uPlot from 'uplot';
import { formatClock } from '../format/time';
import { color } from './colors';
import type { ChartSeries } from './time_chart';

interface Wanted {
  width: number;
  height: number;
  series: ChartSeries[];
  unit?: 'bytes';
  format: (value: number) => string;
  onPoint: (at: number | null) => void;
}

const LEAST_SECONDS = 300; // a server that has just started is not drawn over seconds
const POWERS_OF_TWO = Array.from({ length: 54 }, (_, power) => 2 ** power);
const FONT = '11px "Inter Variable", system-ui, sans-serif';
const SYNC = uPlot.sync('last-hour'); // one pointer over all charts

export function chartOptions({ width, height, series, unit, format, onPoint }: Wanted): uPlot.Options {
  const muted = color('--muted');
  const axis = { stroke: muted, font: FONT, grid: { stroke: color('--grid'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, sync: { key: SYNC.key }, drag: { x: false, y: false } },
    scales: { x: { range: (_, from, to) => [Math.min(from, to - LEAST_SECONDS), to] }, y: { range: (_, __, high) => [0, ceiling(high)] } },
    axes: [
      { ...axis, size: 26, space: 70, grid: { show: false }, values: (_, ticks) => ticks.map((at) => clock(at, (ticks[1] ?? at) - (ticks[0] ?? at))) },
      { ...axis, size: 60, space: 34, ...(unit === 'bytes' ? { incrs: POWERS_OF_TWO } : {}), values: (_, ticks) => ticks.map(format) },
    ],
    series: [{}, ...series.map((one, at) => line(one, at === 0 && series.length <= 2))],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
}

// With seconds where the ticks are closer than a minute.
function clock(at: number, step: number): string {
  return formatClock(at * 1000).slice(0, step < 60 ? 8 : 5);
}

function line(one: ChartSeries, filled: boolean): uPlot.Series {
  const stroke = color(one.color);
  return {
    label: one.label,
    stroke,
    width: 1.5,
    points: { show: false },
    ...(filled ? { fill: stroke.replace(/^rgb\((.*)\)$/, 'rgb($1, 0.12)') } : {}),
  };
}

// Some air over the highest value; nothing but zeros is still a scale.
function ceiling(high: number | null): number {
  return high === null || high <= 0 ? 1 : high * 1.1;
}
