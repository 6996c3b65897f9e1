import type { History } from '../../api/types';
import { sumSeries } from '../../charts/history';
import { TimeChart, type ChartSeries } from '../../charts/time_chart';
import { formatBytes } from '../../format/bytes';
import { formatDuration } from '../../format/duration';
import { formatShort } from '../../format/number';
import { logsOf, mostBehind, nodesOf } from './choose';

const NODES_DRAWN = 5;

export function Charts({ history, log }: { history: History; log: string }) {
  return (
    <div class="charts">
      <Throughput history={history} log={log} />
      {history.server && <Latency history={history} />}
      <NodeLag history={history} log={log} />
      <Disk history={history} log={log} />
    </div>
  );
}

function Throughput({ history, log }: { history: History; log: string }) {
  const logs = logsOf(history, log);
  const length = history.times.length;
  const series: ChartSeries[] = [
    { label: 'appended', color: '--series-1', values: sumSeries(logs.map((one) => one.appendedRecords), length) },
    { label: 'delivered', color: '--series-2', values: sumSeries(logs.map((one) => one.deliveredRecords), length) },
  ];
  return (
    <TimeChart
      title="Throughput"
      hint="records per second"
      times={history.times}
      series={series}
      format={formatShort}
      empty="No figures yet: the first come within five seconds."
    />
  );
}

function Latency({ history }: { history: History }) {
  const series: ChartSeries[] = [
    { label: 'p99', color: '--series-3', values: history.server?.appendP99Us ?? [] },
    { label: 'p50', color: '--series-1', values: history.server?.appendP50Us ?? [] },
  ];
  return (
    <TimeChart
      title="Append latency"
      hint="until it is durable; all logs"
      times={history.times}
      series={series}
      format={(micros) => formatDuration(micros / 1e6)}
      empty="Nothing was appended in the last hour."
    />
  );
}

function NodeLag({ history, log }: { history: History; log: string }) {
  const all = nodesOf(history, log);
  const nodes = mostBehind(all, NODES_DRAWN);
  const series = nodes.map((node, at) => ({
    label: log === '' && node.log !== 'default' ? `${node.log} / ${node.node}` : node.node,
    color: `--series-${at + 1}`,
    values: node.lag,
  }));
  const more = all.length - nodes.length;
  return (
    <TimeChart
      title="Node lag"
      hint={more > 0 ? `records; the ${NODES_DRAWN} most behind of ${all.length}` : 'records'}
      times={history.times}
      series={series}
      format={formatShort}
      empty="No node follows a log. A subscriber with a name is a node: replog tail --node printer"
    />
  );
}

function Disk({ history, log }: { history: History; log: string }) {
  const kept = sumSeries(logsOf(history, log).map((one) => one.bytes), history.times.length);
  const series: ChartSeries[] = [{ label: 'records kept', color: '--series-1', values: kept }];
  if (history.server) series.push({ label: 'on disk, all logs', color: '--series-5', values: history.server.diskUsedBytes });
  return (
    <TimeChart
      title="Disk"
      times={history.times}
      series={series}
      unit="bytes"
      format={formatBytes}
      empty="No figures yet: the first come within five seconds."
    />
  );
}
