import { useEffect, useRef } from 'preact/hooks';
import type { TimelineState } from '../../tail/timeline';
import { announce } from '../../ui/announcer';
import { Badge, type Tone } from '../../ui/badge';
import type { TimelineHandle } from './use_timeline';

interface Shown {
  tone: Tone;
  text: string;
  beats?: boolean;
}

// How the tail is doing, in a word. A change is also said to those who do not see it.
export function LiveBadge({ handle }: { handle: TimelineHandle }) {
  void handle.frame.value;
  const shown = shownOf(handle.timeline.state);
  const said = useRef(shown.text);
  useEffect(() => {
    if (said.current !== shown.text) announce(shown.text);
    said.current = shown.text;
  }, [shown.text]);
  return (
    <span class="live" data-state={shown.text}>
      <Badge tone={shown.tone} beats={shown.beats ?? false}>
        {shown.text}
      </Badge>
    </span>
  );
}

function shownOf({ mode, tail, loading }: TimelineState): Shown {
  if (tail.phase === 'waiting') return { tone: 'warn', text: 'Reconnecting', beats: true };
  if (tail.phase === 'refused') return { tone: 'bad', text: 'Stopped' };
  if (mode === 'history') return { tone: 'plain', text: 'History' };
  if (mode === 'held') return { tone: 'accent', text: 'Paused' };
  if (tail.phase === 'open') return tail.caughtUp ? { tone: 'good', text: 'Live', beats: true } : { tone: 'accent', text: 'Catching up' };
  return loading === 'opening' || tail.phase === 'connecting' ? { tone: 'plain', text: 'Connecting' } : { tone: 'plain', text: 'Not live' };
}
