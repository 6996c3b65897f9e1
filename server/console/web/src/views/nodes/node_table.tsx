import type { NodeAudit, NodeInfo, NodeSync, NodeState } from '../../api/types';
import { logs } from '../../app/logs';
import { target } from '../../app/target';
import { replog } from '../../commands/commands';
import { formatAgo, formatDuration, secondsOf } from '../../format/duration';
import { formatCount } from '../../format/number';
import { Badge, type Tone } from '../../ui/badge';
import { Icon } from '../../ui/icons';
import { EmptyState } from '../../ui/notes';

interface Props {
  log: string;
  nodes: NodeInfo[];
  sync: Map<string, NodeSync>;
  audit: Map<string, NodeAudit>;
}

export function NodeTable({ log, nodes, sync, audit }: Props) {
  if (nodes.length === 0) return <NoNodes log={log} />;
  const end = Number(logs.value.find(({ name }) => name === log)?.committedEnd ?? 0);
  return (
    <section class="panel" aria-label="Nodes">
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of the nodes">
        <table class="data nodes">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">State</th>
              {sync.size > 0 && <th scope="col">Sync</th>}
              {audit.size > 0 && <th scope="col">Audit</th>}
              <th scope="col" class="number">
                Lag
              </th>
              <th scope="col" class="number">
                Behind by
              </th>
              <th scope="col">Has applied</th>
              <th scope="col" class="number">
                Sent up to
              </th>
              <th scope="col">Last acknowledged</th>
              <th scope="col">Address</th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((node) => (
              <NodeRow key={node.node} node={node} end={end} sync={sync} audit={audit} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const STATES: Record<NodeState, { tone: Tone; text: string }> = {
  TAILING: { tone: 'good', text: 'Tailing' },
  REPLAYING: { tone: 'warn', text: 'Replaying' },
  GONE: { tone: 'bad', text: 'Gone' },
};

function NodeRow({ node, end, sync, audit }: { node: NodeInfo; end: number } & Pick<Props, 'sync' | 'audit'>) {
  const state = node.state ? STATES[node.state] : null;
  const lag = Number(node.lagRecords ?? 0);
  const synced = sync.get(node.node);
  return (
    <tr data-node={node.node} class={synced ? (synced.synced ? 'synced' : 'not-synced') : ''}>
      <th scope="row">
        {node.node}
        {node.fleet !== undefined && <span class="muted"> · {node.fleet}</span>}
      </th>
      <td>{state ? <Badge tone={state.tone}>{state.text}</Badge> : '–'}</td>
      {sync.size > 0 && <td>{synced ? <Synced node={synced} /> : 'not asked'}</td>}
      {audit.size > 0 && (
        <td>
          <Audited node={audit.get(node.node)} />
        </td>
      )}
      <td class={lag > 0 ? 'number lag lagging' : 'number lag'}>{formatCount(lag)}</td>
      <td class="number muted">{lag > 0 ? formatDuration(secondsOf(node.lagTime) ?? 0) : '–'}</td>
      <td>
        <Progress cursor={node.cursor} end={end} />
      </td>
      <td class="number muted">{node.nextSequence === undefined ? '–' : formatCount(Number(node.nextSequence))}</td>
      <td class="muted">{node.lastAcknowledged === undefined ? 'never' : formatAgo(Date.parse(node.lastAcknowledged), Date.now())}</td>
      <td class="mono muted">{node.address ?? '–'}</td>
    </tr>
  );
}

function Progress({ cursor, end }: { cursor: string | undefined; end: number }) {
  if (cursor === undefined) return <span class="muted">nothing yet</span>;
  return (
    <span class="progress">
      <meter min={0} max={Math.max(end, 1)} value={Math.min(Number(cursor), end)} aria-hidden="true" />
      {formatCount(Number(cursor))}
    </span>
  );
}

function Synced({ node }: { node: NodeSync }) {
  if (node.synced) {
    return (
      <span class="has-it">
        <Icon name="check" /> Has it
      </span>
    );
  }
  return <Badge tone={node.connected ? 'warn' : 'bad'}>{node.connected ? 'Not yet' : 'Not connected'}</Badge>;
}

function Audited({ node }: { node: NodeAudit | undefined }) {
  if (!node) return <>not asked</>;
  if (node.outcome === 'SAME') return <Badge tone="good">Same</Badge>;
  if (node.outcome === 'DIVERGED') return <Badge tone="bad">Differs in {(node.divergedChannels ?? []).join(', ')}</Badge>;
  return <Badge tone="warn">{node.connected ? 'No answer: it holds no table' : 'Not connected'}</Badge>;
}

function NoNodes({ log }: { log: string }) {
  const command = replog(target.value, log);
  return (
    <div class="panel">
      <EmptyState icon="nodes" title="No node follows this log" commands={[`${command} tail --node printer --fleet printers`]}>
        <p class="muted">
          A subscriber with a name is a node: the server keeps its cursor and tells how far behind it is. This command is one.
        </p>
      </EmptyState>
    </div>
  );
}
