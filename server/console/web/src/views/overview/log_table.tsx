import type { History, LogInfo } from '../../api/types';
import { formatRoute, LIVE } from '../../app/route';
import { logs } from '../../app/logs';
import { newest } from '../../charts/history';
import { Sparkline } from '../../charts/sparkline';
import { formatBytes } from '../../format/bytes';
import { formatCount, formatShort } from '../../format/number';
import { Badge } from '../../ui/badge';
import { retentionOf } from './retention';

export function LogTable({ history }: { history: History }) {
  return (
    <section class="panel" aria-labelledby="logs-title">
      <header>
        <h2 id="logs-title" class="grow">
          Logs
        </h2>
      </header>
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of the logs">
        <table class="data">
          <thead>
            <tr>
              <th scope="col">Log</th>
              <th scope="col">Last hour</th>
              <th scope="col" class="number">Appended</th>
              <th scope="col" class="number">Delivered</th>
              <th scope="col" class="number">Size</th>
              <th scope="col" class="number">First</th>
              <th scope="col" class="number">Next</th>
              <th scope="col">Retention</th>
              <th scope="col">Durability</th>
              <th scope="col" class="number">Streams</th>
            </tr>
          </thead>
          <tbody>
            {logs.value.map((info) => (
              <LogRow key={info.name} info={info} history={history} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function LogRow({ info, history }: { info: LogInfo; history: History }) {
  const past = history.logs?.find((one) => one.log === info.name);
  const rate = (value: number | null) => (value === null ? '–' : `${formatShort(value)}/s`);
  return (
    <tr>
      <th scope="row">
        <a href={formatRoute({ view: 'log', log: info.name, ...LIVE })}>{info.name}</a>
      </th>
      <td>{past && <Sparkline times={history.times} values={past.appendedRecords} />}</td>
      <td class="number">{rate(newest(past?.appendedRecords))}</td>
      <td class="number">{rate(newest(past?.deliveredRecords))}</td>
      <td class="number">{formatBytes(Number(info.bytes ?? 0))}</td>
      <td class="number">{formatCount(Number(info.firstKeptSequence ?? 0))}</td>
      <td class="number">{formatCount(Number(info.committedEnd ?? 0))}</td>
      <td>{retentionOf(info.settings)}</td>
      <td>
        {info.settings?.durability === 'DURABILITY_OS' ? <Badge tone="warn">os: not synced</Badge> : <Badge tone="good">sync</Badge>}
      </td>
      <td class="number">{formatCount(Number(info.subscribers ?? 0))}</td>
    </tr>
  );
}
