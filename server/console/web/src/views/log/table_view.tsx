import { useState } from 'preact/hooks';
import { readTable } from '../../api/endpoints';
import { recordOf, type LogRecord } from '../../api/record';
import { sessionNumber } from '../../api/session';
import type { TableResponse } from '../../api/types';
import { go } from '../../app/location';
import { LIVE } from '../../app/route';
import { target } from '../../app/target';
import { replog } from '../../commands/commands';
import { shellQuote } from '../../commands/shell_quote';
import { formatAgo } from '../../format/duration';
import { formatCount } from '../../format/number';
import { Icon } from '../../ui/icons';
import { EmptyState, Loading, ProblemNote } from '../../ui/notes';
import { usePoll } from '../../ui/use_poll';
import { AppendDialog } from './append_dialog';
import { ChannelList } from './channel_list';
import { LogHead } from './log_head';
import { RecordPanel } from './record_panel';
import { previewOf } from './record_preview';

const EVERY_MS = 3_000;
const PAGE = 100;

// The newest record of each key of a channel.
export function TableView({ log, channel }: { log: string; channel: string }) {
  const [appending, setAppending] = useState(false);
  const [open, setOpen] = useState<LogRecord | null>(null);
  return (
    <div class={open ? 'log-view with-record' : 'log-view'}>
      <LogHead log={log} tab="table" channel={channel} onAppend={() => setAppending(true)} />
      <ChannelList log={log} chosen={channel} withoutAll onChoose={(chosen) => go({ view: 'table', log, channel: chosen })} />
      <section class="timeline" aria-label="Table">
        {channel === '' ? (
          <EmptyState icon="table" title="Choose a channel">
            <p class="muted">The table holds the newest record of each key of a channel, whatever was trimmed from the log.</p>
          </EmptyState>
        ) : (
          <Keys key={channel} log={log} channel={channel} onOpen={setOpen} />
        )}
      </section>
      {open && (
        <RecordPanel
          log={log}
          sequence={open.sequence}
          found={open}
          onClose={() => setOpen(null)}
          onMove={(change) => go({ view: 'log', log, ...LIVE, ...change })}
        />
      )}
      {appending && <AppendDialog log={log} channel={channel} onClose={() => setAppending(false)} />}
    </div>
  );
}

interface KeysProps {
  log: string;
  channel: string;
  onOpen: (record: LogRecord) => void;
}

function Keys({ log, channel, onOpen }: KeysProps) {
  const [wanted, setWanted] = useState('');
  const [pages, setPages] = useState<string[]>([]); // the keys behind which each page but the first begins
  const after = pages[pages.length - 1];
  const query = wanted !== '' ? { key: wanted } : { limit: PAGE, ...(after === undefined ? {} : { after }) };
  const polled = usePoll(`table ${sessionNumber.value} ${log} ${channel} ${JSON.stringify(query)}`, EVERY_MS, (signal) =>
    readTable(log, channel, query, signal),
  );
  return (
    <>
      <div class="toolbar">
        <label class="with-glyph search">
          <span class="unseen">Look up a key</span>
          <Icon name="search" />
          <input class="input" type="search" placeholder="Look up a key" value={wanted} onInput={(event) => setWanted((event.target as HTMLInputElement).value)} />
        </label>
        {polled.data?.asOfSequence !== undefined && <span class="muted">as of {formatCount(Number(polled.data.asOfSequence))}</span>}
      </div>
      {polled.problem && <ProblemNote problem={polled.problem} />}
      {!polled.data && !polled.problem && <Loading what="Reading the table" />}
      {polled.data && <KeyRows answer={polled.data} log={log} channel={channel} wanted={wanted} onOpen={onOpen} />}
      {wanted === '' && polled.data && (
        <div class="tail-status">
          <span class="grow muted">Page {pages.length + 1}</span>
          <button type="button" class="button small" disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            <Icon name="left" /> Previous
          </button>
          <button
            type="button"
            class="button small"
            disabled={polled.data.nextAfterKey === undefined}
            onClick={() => setPages([...pages, polled.data?.nextAfterKey as string])}
          >
            Next <Icon name="right" />
          </button>
        </div>
      )}
    </>
  );
}

function KeyRows({ answer, log, channel, wanted, onOpen }: KeysProps & { answer: TableResponse; wanted: string }) {
  const records = (answer.records ?? []).map(recordOf);
  if (records.length === 0) return <NoKeys log={log} channel={channel} wanted={wanted} />;
  return (
    <div class="table-scroll keys-scroll" tabIndex={0} role="group" aria-label="Keys">
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Value</th>
            <th scope="col" class="number">
              Sequence
            </th>
            <th scope="col">Written</th>
            <th scope="col">Expires</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={record.key}>
              <th scope="row">
                <button type="button" class="link mono clip" onClick={() => onOpen(record)}>
                  {record.key}
                </button>
              </th>
              <td class="mono value">{previewOf(record)}</td>
              <td class="number mono">{formatCount(record.sequence)}</td>
              <td class="muted">{formatAgo(record.timeMs, Date.now())}</td>
              <td class="muted">{record.expires === undefined ? '' : formatAgo(Date.parse(record.expires), Date.now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NoKeys({ log, channel, wanted }: { log: string; channel: string; wanted: string }) {
  if (wanted !== '') return <EmptyState icon="search" title={`There is no key ${wanted}`} />;
  const line = `${replog(target.value, log)} put -- ${shellQuote(channel)} alice ${shellQuote('{"color":"blue"}')}`;
  return (
    <EmptyState icon="table" title="No keys in this channel" commands={[line]}>
      <p class="muted">A record with a key becomes the key's row here; a newer one takes its place.</p>
    </EmptyState>
  );
}
