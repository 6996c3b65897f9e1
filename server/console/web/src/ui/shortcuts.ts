import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

// Shortcuts of a single letter hinder some people who speak to their computer, so they can be turned off.
const STORED = 'replog.shortcuts';
export const shortcutsOn = signal(localStorage.getItem(STORED) !== 'off');

export function setShortcuts(on: boolean): void {
  shortcutsOn.value = on;
  localStorage.setItem(STORED, on ? 'on' : 'off');
}

// Runs what stands for a key, as long as the component is shown. No key works while somebody types or in a dialog, nor
// together with Ctrl, Alt or Meta.
export function useShortcuts(actions: Record<string, () => void>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const action = latest.current[event.key];
      if (!action || !shortcutsOn.value || isTaken(event)) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function isTaken(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return true;
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target as HTMLElement;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
