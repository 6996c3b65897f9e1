import type { NodeInfo } from '../../api/types';
import { formatCount, countOf } from '../../format/number';
import { Icon } from '../../ui/icons';
import { ProblemNote } from '../../ui/notes';
import type { AuditCheck } from './use_audit';
import { SAID, type SyncCheck } from './use_sync_check';

interface Props {
  log: string;
  nodes: NodeInfo[];
  sync: SyncCheck;
  audit: AuditCheck;
}

// Two questions to the nodes: do you have what is in the log now, and is what you hold right?
export function Checks({ log, nodes, sync, audit }: Props) {
  return (
    <div class="checks">
      <section class="panel check" aria-labelledby="sync-title">
        <div class="grow">
          <h2 id="sync-title">Sync check</h2>
          <p class="muted">{syncText(sync, log)}</p>
          {sync.results.size > 0 && <SyncBar sync={sync} />}
        </div>
        {sync.running ? (
          <button type="button" class="button" onClick={sync.stop}>
            <span class="spinner" /> Stop
          </button>
        ) : (
          <button type="button" class="button primary" disabled={nodes.length === 0} onClick={sync.run}>
            Check now
          </button>
        )}
      </section>
      <section class="panel check" aria-labelledby="audit-title">
        <div class="grow">
          <h2 id="audit-title">Audit</h2>
          <p class="muted">{auditText(audit)}</p>
        </div>
        <button type="button" class="button" disabled={audit.running || nodes.length === 0} onClick={audit.run}>
          {audit.running ? <span class="spinner" /> : <Icon name="shield" />} Compare
        </button>
      </section>
      {sync.problem && <ProblemNote problem={sync.problem} />}
      {audit.problem && <ProblemNote problem={audit.problem} />}
    </div>
  );
}

function syncText({ running, sequence, outcome, results }: SyncCheck, log: string): string {
  if (sequence === null) return `Has every node applied what is in ${log} now?`;
  const what = `Record ${formatCount(sequence)}`;
  if (running) return `${what}: waiting for the nodes`;
  if (outcome === null) return `${what}: stopped`;
  const have = [...results.values()].filter((node) => node.synced).length;
  return `${what}: ${SAID[outcome]}. ${formatCount(have)} of ${countOf(results.size, 'node')}.`;
}

function auditText({ running, sequence, results }: AuditCheck): string {
  if (running) return 'The nodes compare their tables with the log, at one sequence';
  if (sequence === null) return 'Is the table that each node holds the same as the log’s?';
  const differ = [...results.values()].filter(({ outcome }) => outcome === 'DIVERGED').length;
  const silent = [...results.values()].filter(({ outcome }) => outcome === 'NO_ANSWER').length;
  const found = differ === 0 ? 'no difference' : `${countOf(differ, 'node')} differ${differ === 1 ? 's' : ''}`;
  return `At ${formatCount(sequence)}: ${found}${silent > 0 ? `, ${formatCount(silent)} gave no answer` : ''}.`;
}

function SyncBar({ sync }: { sync: SyncCheck }) {
  return (
    <ul class="sync-bar" aria-hidden="true">
      {[...sync.results.values()].map(({ node, synced }) => (
        <li key={node} class={synced ? 'has' : ''} title={node} />
      ))}
    </ul>
  );
}
