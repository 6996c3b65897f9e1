import type { Timeline } from '../../tail/timeline';
import { formatCount } from '../../format/number';
import { countOf } from '../../format/number';
import { Icon } from '../../ui/icons';
import type { TimelineHandle } from './use_timeline';

interface Props {
  handle: TimelineHandle;
  searched: boolean; // only what matches is shown
  onLive: () => void;
}

// Under the list: what it shows of the log, and the way back to what is new.
export function TailStatus({ handle, searched, onLive }: Props) {
  void handle.frame.value;
  const { timeline } = handle;
  const { mode, held, loading } = timeline.state;
  return (
    <div class="tail-status">
      <p class="grow clip muted">{whatIsShown(timeline, searched)}</p>
      {loading !== 'none' && (
        <span class="row muted">
          <span class="spinner" /> Reading
        </span>
      )}
      {loading === 'none' && timeline.window.length < 60 && !timeline.state.atBegin && timeline.window.begin > 0 && (
        <button type="button" class="button small" onClick={() => void timeline.loadOlder()}>
          Search further back
        </button>
      )}
      {mode !== 'following' && (
        <button type="button" class="button small go-live" onClick={onLive} title="To the newest, live (e)">
          <Icon name="down" />
          {mode === 'held' && held > 0 ? `${formatCount(held)} new` : 'Go live'}
        </button>
      )}
    </div>
  );
}

function whatIsShown(timeline: Timeline, searched: boolean): string {
  const { window, state } = timeline;
  const first = window.at(0);
  const parts = [countOf(window.length, 'record')];
  const last = window.at(window.length - 1);
  if (first && last) parts[0] += `, ${formatCount(first.sequence)} to ${formatCount(last.sequence)}`;
  if (window.droppedOlder > 0) parts.push(`${formatCount(window.droppedOlder)} older left the view: scroll up to read them again`);
  else if (state.atBegin) parts.push('from the first that is kept');
  else if (searched && state.loading === 'none') parts.push(`looked back to ${formatCount(window.begin)}`);
  return parts.join(' · ');
}
