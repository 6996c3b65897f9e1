import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { readPage } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import { recordOf, type LogRecord } from '../../api/record';
import { NO_FILTER } from '../../api/record_filter';
import type { LogPlace } from '../../app/route';
import { Icon } from '../../ui/icons';
import { Loading, ProblemNote } from '../../ui/notes';
import { CopyAs } from './copy_as';
import { KeyHistory } from './key_history';
import { RecordBody } from './record_body';
import { RecordFacts } from './record_facts';

interface Props {
  log: string;
  sequence: number;
  found: LogRecord | undefined; // at or behind the sequence, among what is shown
  onClose: () => void;
  onMove: (change: Partial<LogPlace>) => void;
}

export function RecordPanel({ log, sequence, found, onClose, onMove }: Props) {
  const { record, problem } = useRecord(log, sequence, found?.sequence === sequence ? found : undefined);
  return (
    <aside class="record-panel" aria-label={`Record ${sequence}`}>
      <header>
        <h2 class="grow">
          Record <span class="mono">{sequence}</span>
        </h2>
        <button type="button" class="button plain small" onClick={() => onMove({ at: String(sequence), contains: '', key: '' })}>
          Show in the log
        </button>
        <button type="button" class="button plain icon" aria-label="Close the record" title="Close (Esc)" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="record-content" tabIndex={0} role="group" aria-label="What the record holds">
        {problem && <ProblemNote problem={problem} />}
        {!record && !problem && <Loading what="Reading the record" />}
        {record && <RecordDetail log={log} record={record} onMove={onMove} />}
      </div>
    </aside>
  );
}

export function RecordDetail({ log, record, onMove }: { log: string; record: LogRecord; onMove: Props['onMove'] }) {
  return (
    <>
      <RecordFacts record={record} />
      <Part title="Body">
        <RecordBody record={record} />
      </Part>
      {record.key !== undefined && (
        <Part title="History of the key">
          <KeyHistory log={log} record={record} onMove={onMove} />
        </Part>
      )}
      <Part title="As a command">
        <CopyAs log={log} record={record} />
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

// The record, read if it is not at hand.
function useRecord(log: string, sequence: number, at: LogRecord | undefined) {
  const [state, setState] = useState<{ record: LogRecord | null; problem: Problem | null }>({ record: at ?? null, problem: null });
  const known = at !== undefined;
  useEffect(() => {
    if (at) return setState({ record: at, problem: null });
    if (state.record?.sequence === sequence) return; // it only left the list
    const asking = new AbortController();
    setState({ record: null, problem: null });
    readPage({ log, ...NO_FILTER, from: sequence, limit: 1 }, asking.signal)
      .then(({ records }) => {
        const record = records?.[0] ? recordOf(records[0]) : null;
        setState({ record: record?.sequence === sequence ? record : null, problem: record?.sequence === sequence ? null : GONE });
      })
      .catch((error: unknown) => !asking.signal.aborted && setState({ record: null, problem: problemFrom(error) }));
    return () => asking.abort();
  }, [log, sequence, known]);
  return state.record?.sequence === sequence || state.problem ? state : { record: null, problem: null };
}

const GONE: Problem = {
  kind: 'missing', title: 'There is no such record that you may see', advice: 'It is not written yet, or not granted to you.',
  passes: false, details: {},
};
