import { useEffect, useState } from 'preact/hooks';
import { readPage } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import { recordOf, type LogRecord } from '../../api/record';
import type { LogPlace } from '../../app/route';
import { formatCount } from '../../format/number';
import { formatDateTime } from '../../format/time';
import { ProblemNote } from '../../ui/notes';
import { previewOf } from './record_preview';

const LOOKED_THROUGH = 5_000; // records of the channel, for one answer
const PAGES = 10; // before it asks whether to go on
const ENOUGH = 10;

interface Found {
  records: LogRecord[];
  next: number | undefined; // where to look further; undefined: from the end
  done: boolean;
}

const NOTHING: Found = { records: [], next: undefined, done: false };

// What the key was before, and since: the records of the key, newest first.
export function KeyHistory({ log, record, onMove }: { log: string; record: LogRecord; onMove: (change: Partial<LogPlace>) => void }) {
  const { channel, key = '' } = record;
  const [found, setFound] = useState<Found>(NOTHING);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asking, setAsking] = useState(false);
  const look = async (from: Found, signal?: AbortSignal) => {
    setAsking(true);
    try {
      const more = await lookFurther(log, channel, key, from, signal);
      setFound(more);
      setProblem(null);
    } catch (error) {
      if (!signal?.aborted) setProblem(problemFrom(error));
    }
    if (!signal?.aborted) setAsking(false);
  };
  useEffect(() => {
    const end = new AbortController();
    setFound(NOTHING);
    void look(NOTHING, end.signal);
    return () => end.abort();
  }, [log, channel, key, record.sequence]);
  return (
    <div class="key-history">
      {problem && <ProblemNote problem={problem} />}
      <ol>
        {found.records.map((one) => (
          <li key={one.sequence}>
            <button
              type="button"
              {...(one.sequence === record.sequence ? { 'aria-current': 'true' as const } : {})}
              onClick={() => onMove({ record: String(one.sequence) })}
            >
              <span class="mono">{formatCount(one.sequence)}</span>
              <span class="muted nowrap">{formatDateTime(one.timeMs)}</span>
              <span class="mono clip grow">{one.deleted ? <em>deleted</em> : previewOf(one)}</span>
            </button>
          </li>
        ))}
      </ol>
      <div class="row">
        {asking && <span class="spinner" />}
        {!asking && !found.done && !problem && (
          <button type="button" class="button small" onClick={() => void look(found)}>
            Older
          </button>
        )}
        {found.records.length > 0 && (
          <button type="button" class="button plain small" onClick={() => onMove({ channel, key, contains: '', at: '' })}>
            Follow this key
          </button>
        )}
      </div>
    </div>
  );
}

async function lookFurther(log: string, channel: string, key: string, found: Found, signal?: AbortSignal): Promise<Found> {
  let { next, done } = found;
  const records = [...found.records];
  const wanted = records.length + ENOUGH;
  for (let pages = 0; pages < PAGES && !done && records.length < wanted; pages++) {
    const from = next === undefined ? {} : { from: next };
    const page = await readPage({ log, channel, key, contains: '', ...from, backward: true, limit: LOOKED_THROUGH }, signal);
    records.push(...(page.records ?? []).map(recordOf));
    next = Number(page.nextSequence);
    done = page.atEnd === true;
  }
  return { records, next, done };
}
