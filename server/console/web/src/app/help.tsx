import { me } from '../api/session';
import { Dialog } from '../ui/dialog';
import { setShortcuts, shortcutsOn } from '../ui/shortcuts';

const KEYS: [string[], string][] = [
  [['o'], 'Overview'],
  [['l'], 'Records of the log'],
  [['n'], 'Nodes'],
  [['/'], 'Search records'],
  [['s'], 'Jump to a sequence or a time'],
  [['p'], 'Pause or go on'],
  [['e'], 'Go to the end, live'],
  [['j', 'k'], 'Next and previous record; the arrow keys do so, too'],
  [['Enter'], 'Open the record'],
  [['Esc'], 'Close the record'],
  [['a'], 'Append a record; Ctrl and Enter send it'],
  [['t'], 'Colours: as the system, light, dark'],
  [['?'], 'This help'],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Help" onClose={onClose}>
      <div class="stack">
        <p>
          A <b>log</b> is an ordered, durable sequence of <b>records</b>, numbered from 0. A record is about a <b>channel</b>, and
          may have a <b>key</b>: the log's <b>table</b> is the newest record of each key. A <b>node</b> is a subscriber with a name;
          its <b>cursor</b> says how far it has applied the log, its <b>lag</b> how much it has not.
        </p>
        <dl class="keys">
          {KEYS.map(([keys, what]) => (
            <div key={what}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <label class="row">
          <input
            type="checkbox"
            checked={shortcutsOn.value}
            onChange={(event) => setShortcuts((event.target as HTMLInputElement).checked)}
          />
          Shortcuts of a single key
        </label>
        <p class="muted">
          {me.value && `replogd ${me.value.server.version} · `}
          <a href="/openapi.json" target="_blank" rel="noreferrer">
            HTTP API
          </a>{' '}
          ·{' '}
          <a href="./licenses.txt" target="_blank" rel="noreferrer">
            Licences
          </a>
        </p>
      </div>
    </Dialog>
  );
}
