import { useRef, useState } from 'preact/hooks';
import { append } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import type { AppendResponse } from '../../api/types';
import { formatCount } from '../../format/number';
import { announce } from '../../ui/announcer';
import { Dialog } from '../../ui/dialog';
import { Icon } from '../../ui/icons';
import { ProblemNote } from '../../ui/notes';
import { emptyDraft, fieldOf, newRecordOf, type Draft, type Faults } from './draft';
import { HeaderFields } from './header_fields';
import { BodyField, TextField } from './draft_fields';

interface Props {
  log: string;
  channel: string; // the filter; a pattern is no channel
  onClose: () => void;
}

export function AppendDialog({ log, channel, onClose }: Props) {
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(channel.endsWith('*') ? '' : channel));
  const [faults, setFaults] = useState<Faults>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<AppendResponse | null>(null);
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const amend = (change: Partial<Draft>) => setDraft((old) => ({ ...old, ...change }));
  const refuse = (found: Faults, whole: Problem | null) => {
    setFaults(found);
    setProblem(whole);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const send = async (event: Event) => {
    event.preventDefault();
    setDone(null);
    const made = newRecordOf(draft, Date.now());
    if ('faults' in made) return refuse(made.faults, null);
    setSending(true);
    try {
      const answer = await append(log, made.record);
      refuse({}, null);
      setDone(answer);
      amend({ body: '', id: '' });
      announce(saidOf(answer));
      form.current?.querySelector<HTMLElement>('[name="body"]')?.focus();
    } catch (error) {
      const failed = problemFrom(error);
      const field = fieldOf(failed.details.field);
      refuse(field ? { [field]: failed.title } : {}, failed);
    }
    setSending(false);
  };
  const text = { draft, faults, onChange: amend };
  return (
    <Dialog title={`Append to ${log}`} onClose={onClose}>
      <form class="stack append" ref={form} onSubmit={send} onKeyDown={sendOnControlEnter} noValidate>
        <div class="two">
          <TextField {...text} name="channel" label="Channel" first placeholder="room-1" />
          <TextField {...text} name="key" label="Key" hint="Only if it describes something that changes" />
        </div>
        <BodyField {...text} />
        <details open={'id' in faults || 'version' in faults || 'expires' in faults || 'headers' in faults}>
          <summary>Headers, id, version, expiry</summary>
          <div class="stack">
            <HeaderFields headers={draft.headers} fault={faults.headers} onChange={(headers) => amend({ headers })} />
            <div class="two">
              <TextField {...text} name="id" label="Id" hint="The same id is appended once" />
              <TextField {...text} name="version" label="Version" hint="The writer's own number of a key's value" />
            </div>
            <TextField {...text} name="expires" label="Expires" placeholder="30s, 2h or 2030-01-02 03:04" hint="Of a key: the log deletes it then" />
          </div>
        </details>
        {problem && <ProblemNote problem={problem} />}
        {done && (
          <div class="note good" role="status">
            <Icon name="check" />
            <span class="grow">{saidOf(done)}</span>
          </div>
        )}
        <footer>
          <button type="button" class="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" class="button primary" disabled={sending} title="Ctrl+Enter">
            {sending ? 'Appending' : 'Append'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

// From within the body, too, where Enter is a new line.
function sendOnControlEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) (event.currentTarget as HTMLFormElement).requestSubmit();
}

function saidOf(answer: AppendResponse): string {
  const other = answer.results?.find(({ outcome }) => outcome !== 'APPENDED');
  if (other?.outcome === 'DUPLICATE') return `Not appended again: record ${formatCount(Number(other.sequence ?? 0))} has this id.`;
  if (other?.outcome === 'STALE') return `Not appended: the key has version ${other.version ?? 'unknown'} already.`;
  const durable = answer.durability === 'DURABILITY_OS' ? 'written, not synced' : 'synced to disk';
  return `Appended as record ${formatCount(Number(answer.firstSequence ?? 0))}, ${durable}.`;
}
