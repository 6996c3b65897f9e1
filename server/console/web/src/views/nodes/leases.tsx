import { listLeases } from '../../api/endpoints';
import { sessionNumber } from '../../api/session';
import type { Lease } from '../../api/types';
import { target } from '../../app/target';
import { replog } from '../../commands/commands';
import { formatDuration, secondsOf } from '../../format/duration';
import { CopyButton } from '../../ui/copy_button';
import { EmptyState, ProblemNote } from '../../ui/notes';
import { usePoll } from '../../ui/use_poll';

const EVERY_MS = 2_000;

export function Leases() {
  const polled = usePoll(`leases ${sessionNumber.value}`, EVERY_MS, listLeases);
  const leases = polled.data?.leases ?? [];
  return (
    <section class="panel" aria-labelledby="leases-title">
      <header>
        <h2 id="leases-title" class="grow">
          Leases
        </h2>
        {polled.data?.nextAfter !== undefined && <span class="muted">the first {leases.length}</span>}
      </header>
      {polled.problem && <ProblemNote problem={polled.problem} />}
      {polled.data && leases.length === 0 && <NoLeases />}
      {leases.length > 0 && <LeaseTable leases={leases} />}
    </section>
  );
}

function LeaseTable({ leases }: { leases: Lease[] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of the leases">
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Lease</th>
            <th scope="col">Holder</th>
            <th scope="col">Token</th>
            <th scope="col">Term left</th>
          </tr>
        </thead>
        <tbody>
          {leases.map((lease) => (
            <LeaseRow key={lease.name} lease={lease} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LeaseRow({ lease }: { lease: Lease }) {
  const token = `${lease.name}=${lease.token?.lineage ?? 0}:${lease.token?.sequence ?? 0}`;
  const ttl = secondsOf(lease.ttl) ?? 0;
  const left = secondsOf(lease.remaining) ?? 0;
  return (
    <tr>
      <th scope="row">{lease.name}</th>
      <td>{lease.holder}</td>
      <td>
        <span class="token">
          <span class="mono">{token}</span>
          <CopyButton text={token} label={`Copy the token of ${lease.name}`} />
        </span>
      </td>
      <td>
        <span class="progress">
          <meter min={0} max={Math.max(ttl, 1)} value={left} aria-hidden="true" />
          {formatDuration(Math.round(left))} of {formatDuration(ttl)}
        </span>
      </td>
    </tr>
  );
}

function NoLeases() {
  return (
    <EmptyState icon="key" title="No lease is held" commands={[`${replog(target.value)} lease acquire leader --ttl 30s`]}>
      <p class="muted">A lease has one holder at a time, and a token that keeps out who held it before.</p>
    </EmptyState>
  );
}
