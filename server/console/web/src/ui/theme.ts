import { signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const STORED = 'replog.theme';
const ORDER: Theme[] = ['auto', 'light', 'dark'];

function stored(): Theme {
  const value = localStorage.getItem(STORED) as Theme;
  return ORDER.includes(value) ? value : 'auto';
}

export const theme = signal<Theme>(stored());
// Counts changes of colour, the system's too, for what draws on a canvas.
export const paint = signal(0);

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] as Theme;
  localStorage.setItem(STORED, theme.value);
  show();
}

export function startTheme(): void {
  show();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint.value++);
}

function show(): void {
  if (theme.value === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  paint.value++;
}
