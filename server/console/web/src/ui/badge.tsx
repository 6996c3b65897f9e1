import type { ComponentChildren } from 'preact';

export type Tone = 'good' | 'warn' | 'bad' | 'accent' | 'plain';

// A state in a word; the dot is only to find it by.
export function Badge({ tone, beats = false, children }: { tone: Tone; beats?: boolean; children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <span class={beats ? 'dot beats' : 'dot'} />
      {children}
    </span>
  );
}
