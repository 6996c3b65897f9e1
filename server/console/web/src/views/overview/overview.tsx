import { useState } from 'preact/hooks';
import { me } from '../../api/session';
import { logs } from '../../app/logs';
import { formatDuration } from '../../format/duration';
import { useHistory } from '../../charts/use_history';
import { Loading, ProblemNote } from '../../ui/notes';
import { Charts } from './charts';
import { FirstSteps } from './first_steps';
import { LogTable } from './log_table';
import { Numbers } from './numbers';

export function Overview() {
  const history = useHistory();
  const [log, setLog] = useState('');
  if (!history.data) {
    return <div class="page">{history.problem ? <ProblemNote problem={history.problem} /> : <Loading what="Reading the last hour" />}</div>;
  }
  const own = logs.value.filter(({ name }) => !name.startsWith('_'));
  const empty = own.length > 0 && own.every((info) => Number(info.committedEnd ?? 0) === 0);
  return (
    <div class="page">
      <div class="page-head">
        <h1 class="grow">Overview</h1>
        <ServerFacts />
        <label class="row">
          <span class="unseen">Show</span>
          <select class="select" value={log} onChange={(event) => setLog((event.target as HTMLSelectElement).value)}>
            <option value="">All logs</option>
            {logs.value.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {(history.data.alarms ?? []).map((alarm) => (
        <Alarm key={alarm.name} text={alarm.text} />
      ))}
      {empty && <FirstSteps />}
      <Numbers history={history.data} log={log} />
      <Charts history={history.data} log={log} />
      <LogTable history={history.data} />
    </div>
  );
}

function ServerFacts() {
  const server = me.value?.server;
  if (!server) return null;
  return (
    <span class="muted">
      replogd {server.version} · up {formatDuration(Math.max(0, Math.round(Date.now() / 1000 - server.startedUnixSeconds)))} · gRPC{' '}
      <span class="mono">{server.grpcAddress}</span>
      {server.tls ? ' · TLS' : ''}
    </span>
  );
}

function Alarm({ text }: { text: string }) {
  const problem = { kind: 'refused' as const, title: text, advice: '', passes: false, details: {} };
  return <ProblemNote problem={problem} />;
}
