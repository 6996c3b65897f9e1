import type { LogPlace } from '../../app/route';
import { target } from '../../app/target';
import { replog } from '../../commands/commands';
import { shellQuote } from '../../commands/shell_quote';
import type { Problem } from '../../api/problem';
import type { Timeline } from '../../tail/timeline';
import { EmptyState, Loading, ProblemNote } from '../../ui/notes';
import type { TimelineHandle } from './use_timeline';

interface Props {
  handle: TimelineHandle;
  place: { log: string } & LogPlace;
  onMove: (change: Partial<LogPlace>) => void;
  onNewest: () => void;
  onAppend: () => void;
}

// Over the list: what is wrong and what helps, or what to do where there is nothing.
export function TailTrouble({ handle, place, onMove, onNewest, onAppend }: Props) {
  void handle.frame.value;
  const { timeline } = handle;
  const { tail, problem, loading } = timeline.state;
  const trouble = problem ?? (tail.phase === 'refused' ? tail.problem : null);
  if (trouble) return <Trouble problem={trouble} timeline={timeline} onMove={onMove} onNewest={onNewest} />;
  if (timeline.window.length > 0) return null;
  if (loading !== 'none') return <Loading what="Reading" />;
  if (place.contains !== '' || place.key !== '' || place.channel !== '') return <NoMatch place={place} onMove={onMove} />;
  return <NothingYet log={place.log} onAppend={onAppend} />;
}

type TroubleProps = Pick<Props, 'onMove' | 'onNewest'> & { problem: Problem; timeline: Timeline };

function Trouble({ problem, timeline, onMove, onNewest }: TroubleProps) {
  const first = problem.details.first_kept_sequence;
  return (
    <div class="trouble">
      <ProblemNote problem={problem}>
        {first !== undefined ? (
          <button type="button" class="button small" onClick={() => onMove({ at: first, record: '' })}>
            Go to the first that is kept
          </button>
        ) : problem.passes ? (
          <button type="button" class="button small" onClick={() => timeline.retry()}>
            Try now
          </button>
        ) : (
          <button type="button" class="button small" onClick={onNewest}>
            Go to the newest
          </button>
        )}
      </ProblemNote>
    </div>
  );
}

function NoMatch({ place, onMove }: { place: LogPlace; onMove: Props['onMove'] }) {
  return (
    <EmptyState icon="search" title="No record matches">
      <p class="muted">What comes and matches will show up here.</p>
      <button type="button" class="button" onClick={() => onMove({ contains: '', key: '', channel: '', at: place.at })}>
        Show all records
      </button>
    </EmptyState>
  );
}

function NothingYet({ log, onAppend }: { log: string; onAppend: () => void }) {
  const command = replog(target.value, log);
  return (
    <EmptyState icon="inbox" title={`Nothing in ${log} yet`} commands={[`${command} append room-1 ${shellQuote('Hello everyone!')}`]}>
      <p class="muted">Append a record here or in a terminal, and it shows up at once.</p>
      <button type="button" class="button primary" onClick={onAppend}>
        Append a record
      </button>
    </EmptyState>
  );
}
