import { formatRoute, LIVE } from '../../app/route';
import { go } from '../../app/location';
import { logs } from '../../app/logs';
import { formatBytes } from '../../format/bytes';
import { formatCount } from '../../format/number';
import { Icon } from '../../ui/icons';
import { retentionOf } from '../overview/retention';

interface Props {
  log: string;
  tab: 'records' | 'table';
  channel: string;
  onAppend: () => void;
}

export function LogHead({ log, tab, channel, onAppend }: Props) {
  const choose = (event: Event) => go({ view: 'log', log: (event.target as HTMLSelectElement).value, ...LIVE });
  const names = logs.value.map(({ name }) => name);
  return (
    <div class="log-head">
      <h1 class="unseen">Log {log}</h1>
      <select class="select strong" aria-label="Log" value={log} onChange={choose}>
        {(names.includes(log) ? names : [log, ...names]).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <nav class="tabs" aria-label="Ways to see the log">
        <a href={formatRoute({ view: 'log', log, ...LIVE, channel })} {...current(tab === 'records')}>
          Records
        </a>
        <a href={formatRoute({ view: 'table', log, channel: exact(channel) })} {...current(tab === 'table')}>
          Table
        </a>
      </nav>
      <Facts log={log} />
      <button type="button" class="button primary" onClick={onAppend} title="Append a record (a)">
        <Icon name="plus" />
        Append
      </button>
    </div>
  );
}

function Facts({ log }: { log: string }) {
  const info = logs.value.find(({ name }) => name === log);
  if (!info) return <span class="grow" />;
  const first = Number(info.firstKeptSequence ?? 0);
  const next = Number(info.committedEnd ?? 0);
  return (
    <p class="facts grow muted clip">
      <b>{formatCount(next - first)}</b> records from {formatCount(first)} · next is <b>{formatCount(next)}</b> ·{' '}
      {formatBytes(Number(info.bytes ?? 0))} · kept {retentionOf(info.settings)}
    </p>
  );
}

function current(is: boolean) {
  return is ? { 'aria-current': 'page' as const } : {};
}

function exact(channel: string): string {
  return channel.endsWith('*') ? '' : channel;
}
