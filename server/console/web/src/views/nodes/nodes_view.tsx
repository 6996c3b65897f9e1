import { useState } from 'preact/hooks';
import { listNodes } from '../../api/endpoints';
import { sessionNumber } from '../../api/session';
import { go } from '../../app/location';
import { logs } from '../../app/logs';
import { Loading, ProblemNote } from '../../ui/notes';
import { usePoll } from '../../ui/use_poll';
import { Checks } from './checks';
import { Leases } from './leases';
import { NodeTable } from './node_table';
import { useAudit } from './use_audit';
import { useSyncCheck } from './use_sync_check';

const EVERY_MS = 1_000;

export function NodesView({ log }: { log: string }) {
  const [fleet, setFleet] = useState('');
  const polled = usePoll(`nodes ${sessionNumber.value} ${log}`, EVERY_MS, (signal) => listNodes(log, signal));
  const sync = useSyncCheck(log, fleet);
  const audit = useAudit(log, fleet);
  const all = polled.data ?? [];
  const nodes = all.filter((node) => fleet === '' || node.fleet === fleet);
  const fleets = [...new Set(all.map((node) => node.fleet ?? ''))].filter((name) => name !== '').sort();
  const select = (event: Event) => (event.target as HTMLSelectElement).value;
  return (
    <div class="page">
      <div class="page-head">
        <h1 class="grow">Nodes</h1>
        <select class="select" aria-label="Log" value={log} onChange={(event) => go({ view: 'nodes', log: select(event) })}>
          {withName(logs.value.map(({ name }) => name), log).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select class="select" aria-label="Fleet" value={fleet} onChange={(event) => setFleet(select(event))}>
          <option value="">All fleets</option>
          {withName(fleets, fleet).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {polled.problem && <ProblemNote problem={polled.problem} />}
      {!polled.data && !polled.problem && <Loading what="Reading the nodes" />}
      {polled.data && (
        <>
          <Checks log={log} nodes={nodes} sync={sync} audit={audit} />
          <NodeTable log={log} nodes={nodes} sync={sync.results} audit={audit.results} />
        </>
      )}
      <Leases />
    </div>
  );
}

function withName(names: string[], name: string): string[] {
  return name === '' || names.includes(name) ? names : [name, ...names];
}
