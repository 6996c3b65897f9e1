import type { History } from '../../api/types';
import { lastKnown, newest, sumSeries } from '../../charts/history';
import { formatBytes } from '../../format/bytes';
import { formatDuration } from '../../format/duration';
import { countOf, formatShort } from '../../format/number';
import { logsOf, nodesOf } from './choose';

// What one looks for first.
export function Numbers({ history, log }: { history: History; log: string }) {
  const logs = logsOf(history, log);
  const length = history.times.length;
  const rate = (pick: (one: (typeof logs)[number]) => (number | null)[]) => newest(sumSeries(logs.map(pick), length));
  const nodes = nodesOf(history, log);
  const behind = nodes.filter((node) => (newest(node.lag) ?? 0) > 0).length;
  const used = lastKnown(history.server?.diskUsedBytes);
  const free = lastKnown(history.server?.diskFreeBytes);
  return (
    <dl class="numbers">
      <Tile name="Appended" value={perSecond(rate((one) => one.appendedRecords))} more={bytesPerSecond(rate((one) => one.appendedBytes))} />
      <Tile name="Delivered" value={perSecond(rate((one) => one.deliveredRecords))} more={bytesPerSecond(rate((one) => one.deliveredBytes))} />
      {history.server && (
        <Tile
          name="Append latency, p99"
          value={micros(lastKnown(history.server.appendP99Us))}
          more={`p50 ${micros(lastKnown(history.server.appendP50Us))}`}
        />
      )}
      <Tile
        name="Nodes"
        value={nodes.length === 0 ? 'none' : `${nodes.length}`}
        more={nodes.length === 0 ? 'no subscriber has a name' : behind === 0 ? 'all have everything' : `${countOf(behind, 'node')} behind`}
      />
      {used !== null && <Tile name="Disk" value={formatBytes(used)} more={free === null ? '' : `${formatBytes(free)} free`} />}
    </dl>
  );
}

function Tile({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div class="panel tile">
      <dt class="muted">{name}</dt>
      <dd class="value">{value}</dd>
      <dd class="muted">{more}</dd>
    </div>
  );
}

function perSecond(rate: number | null): string {
  return rate === null ? '–' : `${formatShort(rate)}/s`;
}

function bytesPerSecond(rate: number | null): string {
  return rate === null ? 'no figures yet' : `${formatBytes(rate)}/s`;
}

function micros(value: number | null): string {
  return value === null ? '–' : formatDuration(value / 1e6);
}
