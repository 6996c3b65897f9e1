import { useState } from 'preact/hooks';
import type { LogRecord } from '../../api/record';
import { target } from '../../app/target';
import { appendCommands, asNewRecord, readCommands } from '../../commands/commands';
import { CopyButton } from '../../ui/copy_button';

const LONGEST = 20_000; // a command line has a bound, too

export function CopyAs({ log, record }: { log: string; record: LogRecord }) {
  const [append, setAppend] = useState(false);
  const appendable = JSON.stringify(record).length < LONGEST;
  const commands = append && appendable ? appendCommands(target.value, log, asNewRecord(record)) : readCommands(target.value, log, record.sequence);
  return (
    <div class="stack copy-as">
      <div class="tabs" role="group" aria-label="A command that">
        <button type="button" aria-pressed={!append} onClick={() => setAppend(false)}>
          reads it
        </button>
        <button type="button" aria-pressed={append} onClick={() => setAppend(true)}>
          appends it again
        </button>
      </div>
      {append && !appendable && <p class="muted">It is too long for a command line.</p>}
      {(!append || appendable) &&
        commands.map(({ tool, line }) => (
          <div class="command" key={tool}>
            <code>{line}</code>
            <CopyButton text={line} label={`Copy the ${tool} command`} />
          </div>
        ))}
      {target.value.withToken && <p class="muted">The token is taken from the variable REPLOG_TOKEN.</p>}
    </div>
  );
}
