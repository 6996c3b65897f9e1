import type { ComponentChildren } from 'preact';
import { bodySize, type LogRecord } from '../../api/record';
import { formatBytes } from '../../format/bytes';
import { formatAgo } from '../../format/duration';
import { formatClock, formatDateTime } from '../../format/time';
import { CopyButton } from '../../ui/copy_button';

// All that a record has beside its body.
export function RecordFacts({ record }: { record: LogRecord }) {
  const headers = Object.entries(record.headers ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const { producer, lease } = record;
  return (
    <>
      <dl class="facts-list">
        <Fact name="Channel" value={record.channel} mono />
        <Fact name="Key" value={record.key} mono />
        <Fact name="Time">
          <span title={record.time}>
            {formatDateTime(record.timeMs)}
            <span class="muted">{formatClock(record.timeMs).slice(8)} · {formatAgo(record.timeMs, Date.now())}</span>
          </span>
        </Fact>
        <Fact name="Size">{record.deleted ? 'tombstone: the key is deleted' : formatBytes(bodySize(record))}</Fact>
        <Fact name="Id" value={record.id} mono />
        <Fact name="Version" value={record.version} mono />
        {record.expires !== undefined && (
          <Fact name="Expires">
            {formatDateTime(Date.parse(record.expires))} <span class="muted">{formatAgo(Date.parse(record.expires), Date.now())}</span>
          </Fact>
        )}
        {producer && (
          <Fact name="Producer">
            <span class="mono">
              {producer.id}, epoch {producer.epoch}, from {producer.firstSequence ?? 0}, {producer.count ?? 1} in the batch
            </span>
          </Fact>
        )}
        {lease && (
          <Fact name="Lease">
            <span class="mono">
              {lease.name}={lease.lineage ?? 0}:{lease.sequence}
            </span>
          </Fact>
        )}
      </dl>
      {headers.length > 0 && (
        <section class="part">
          <h3>Headers</h3>
          <dl class="facts-list">
            {headers.map(([name, value]) => (
              <Fact key={name} name={name} value={value} mono />
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

interface FactProps {
  name: string;
  value?: string | undefined;
  mono?: boolean;
  children?: ComponentChildren;
}

function Fact({ name, value, mono = false, children }: FactProps) {
  if (value === undefined && children === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd class={mono ? 'mono' : ''}>
        <span class="grow">{value ?? children}</span>
        {value !== undefined && value !== '' && <CopyButton text={value} label={`Copy ${name}`} />}
      </dd>
    </div>
  );
}
