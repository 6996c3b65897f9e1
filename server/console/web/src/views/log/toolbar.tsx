import { useEffect, useRef, useState } from 'preact/hooks';
import type { LogPlace } from '../../app/route';
import { Icon } from '../../ui/icons';
import { LiveBadge } from './live_badge';
import { addressOf, type TimelineHandle } from './use_timeline';

interface Props {
  place: LogPlace;
  handle: TimelineHandle;
  paused: boolean;
  onMove: (change: Partial<LogPlace>) => void;
  onAmend: (change: Partial<LogPlace>) => void;
  onPause: () => void;
  onLive: () => void;
}

export function Toolbar({ place, handle, paused, onMove, onAmend, onPause }: Props) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Find and follow">
      <Search place={place} onAmend={onAmend} />
      {place.key !== '' && (
        <button type="button" class="button small" onClick={() => onMove({ key: '' })} aria-label={`Key ${place.key}: show all keys`}>
          key <span class="mono clip chip">{place.key}</span>
          <Icon name="close" />
        </button>
      )}
      <Jump place={place} onJump={(at) => (at === place.at ? handle.reopen() : onMove({ at, record: '' }))} />
      <LiveBadge handle={handle} />
      <PauseButton handle={handle} paused={paused} onPause={onPause} />
    </div>
  );
}

function PauseButton({ handle, paused, onPause }: Pick<Props, 'handle' | 'paused' | 'onPause'>) {
  void handle.frame.value;
  const running = handle.timeline.state.mode === 'following' && !paused;
  return (
    <button
      type="button"
      class="button icon"
      aria-label={running ? 'Pause' : 'Go on live'}
      title={running ? 'Pause (p)' : 'Go on live (p)'}
      onClick={onPause}
    >
      <Icon name={running ? 'pause' : 'play'} />
    </button>
  );
}

// Where somebody goes on after finding something, with the keys that move there.
function focusOnRecords(): void {
  document.querySelector<HTMLElement>('.records')?.focus();
}

const TYPING_MS = 250;

// The search follows the typing after a short rest, so that not every letter asks the server.
function Search({ place, onAmend }: { place: LogPlace; onAmend: Props['onAmend'] }) {
  const [typed, setTyped] = useState(place.contains);
  const amend = useRef(onAmend);
  amend.current = onAmend;
  useEffect(() => setTyped(place.contains), [place.contains]);
  useEffect(() => {
    if (typed === place.contains) return;
    const timer = setTimeout(() => amend.current({ contains: typed, at: '' }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <label class="with-glyph search">
      <span class="unseen">Search in text, key, channel, id and headers</span>
      <Icon name="search" />
      <input
        id="search"
        class="input"
        type="search"
        placeholder="Search records"
        value={typed}
        onInput={(event) => setTyped((event.target as HTMLInputElement).value)}
        onKeyDown={(event) => event.key === 'Enter' && focusOnRecords()}
      />
    </label>
  );
}

function Jump({ place, onJump }: { place: LogPlace; onJump: (at: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState(false);
  const jump = (event: Event) => {
    event.preventDefault();
    const at = addressOf(input.current?.value ?? '', Date.now());
    setFault(at === null);
    if (at === null) return;
    focusOnRecords();
    onJump(at);
  };
  return (
    <form class="jump" onSubmit={jump}>
      <label class="with-glyph">
        <span class="unseen">Jump to a sequence or a time</span>
        <Icon name="jump" />
        <input
          id="jump"
          ref={input}
          class="input"
          placeholder="Sequence or time"
          title="A sequence, as 12000; or a time, as 14:05, 2026-01-31 14:05 or 10m ago (s)"
          defaultValue={place.at}
          aria-invalid={fault}
          aria-describedby={fault ? 'jump-fault' : undefined}
          onInput={() => setFault(false)}
        />
      </label>
      {fault && (
        <p class="jump-fault" id="jump-fault" role="alert">
          Neither a sequence nor a time. Write 12000, 14:05, 2026-01-31 14:05 or 10m ago.
        </p>
      )}
    </form>
  );
}
