const GROUPED = new Intl.NumberFormat('en-US');

// "1,234,567".
export function formatCount(value: number): string {
  return GROUPED.format(value);
}

// For axes and rates: "0.2", "85", "1.2k", "3.4M".
export function formatShort(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 1e4) return `${digits(value / 1e3)}k`;
  if (size >= 1000) return formatCount(Math.round(value));
  return digits(value);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}

// "1 record", "2 records".
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
