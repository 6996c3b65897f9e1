import { useState } from 'preact/hooks';
import { listChannels } from '../../api/endpoints';
import { sessionNumber } from '../../api/session';
import type { ChannelInfo } from '../../api/types';
import { formatCount, formatShort } from '../../format/number';
import { Icon } from '../../ui/icons';
import { usePoll } from '../../ui/use_poll';

const EVERY_MS = 5_000;
const STEP = 500;

interface Props {
  log: string;
  chosen: string; // '' is all; or a pattern with `*`
  withoutAll?: boolean;
  onChoose: (channel: string) => void;
}

// The channels with their counts; a column where there is room, else a choice in one line.
export function ChannelList({ log, chosen, withoutAll = false, onChoose }: Props) {
  const [prefix, setPrefix] = useState('');
  const [limit, setLimit] = useState(STEP);
  const polled = usePoll(`channels ${sessionNumber.value} ${log} ${limit} ${prefix}`, EVERY_MS, (signal) =>
    listChannels(log, { prefix, limit }, signal),
  );
  const channels = polled.data?.channels ?? [];
  return (
    <aside class="channels" aria-label="Channels">
      <label class="channel-choice">
        <span class="unseen">Channel</span>
        <select class="select" value={chosen} onChange={(event) => onChoose((event.target as HTMLSelectElement).value)}>
          <option value="">{withoutAll ? 'Choose a channel' : 'All channels'}</option>
          {withChosen(channels, chosen).map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="with-glyph channel-filter">
        <span class="unseen">Find a channel by its beginning</span>
        <Icon name="search" />
        <input class="input" placeholder="Channels" value={prefix} onInput={(event) => setPrefix((event.target as HTMLInputElement).value)} />
      </label>
      <ul>
        {!withoutAll && prefix === '' && <ChannelItem name="" chosen={chosen === ''} onChoose={onChoose} />}
        {!withoutAll && prefix !== '' && <ChannelItem name={`${prefix}*`} chosen={chosen === `${prefix}*`} onChoose={onChoose} />}
        {withChosen(channels, prefix === '' ? chosen : '').map((channel) => (
          <ChannelItem key={channel.name} {...channel} chosen={chosen === channel.name} onChoose={onChoose} />
        ))}
        {polled.data?.nextAfter !== undefined && (
          <li>
            <button type="button" class="button plain small" onClick={() => setLimit(limit + STEP)}>
              More channels
            </button>
          </li>
        )}
      </ul>
      {polled.data && channels.length === 0 && (
        <p class="muted none">{prefix === '' ? 'No channels yet: the first record of a channel makes it.' : 'No channel begins so.'}</p>
      )}
      {polled.problem && !polled.problem.passes && <p class="muted none">{polled.problem.title}</p>}
    </aside>
  );
}

interface ItemProps extends ChannelInfo {
  chosen: boolean;
  onChoose: (channel: string) => void;
}

function ChannelItem({ name, records, chosen, onChoose }: ItemProps) {
  return (
    <li>
      <button type="button" aria-pressed={chosen} onClick={() => onChoose(name)} title={name}>
        <span class={name === '' ? 'grow' : 'grow clip mono'}>{name === '' ? 'All channels' : name}</span>
        {records !== undefined && (
          <span class="muted" title={`${formatCount(Number(records))} records`}>
            {formatShort(Number(records))}
          </span>
        )}
      </button>
    </li>
  );
}

// What is chosen can be seen even if it is not among those that were read.
function withChosen(channels: ChannelInfo[], chosen: string): ChannelInfo[] {
  if (chosen === '' || channels.some(({ name }) => name === chosen)) return channels;
  return [{ name: chosen }, ...channels];
}
