import { useEffect, useState } from 'preact/hooks';
import { go, replace } from '../../app/location';
import { LIVE, type LogPlace } from '../../app/route';
import { useShortcuts } from '../../ui/shortcuts';
import { AppendDialog } from './append_dialog';
import { ChannelList } from './channel_list';
import { LogHead } from './log_head';
import { RecordPanel } from './record_panel';
import { RecordList } from './record_list';
import { TailStatus } from './tail_status';
import { TailTrouble } from './tail_trouble';
import { Toolbar } from './toolbar';
import { useTimeline } from './use_timeline';

type Place = { log: string } & LogPlace;

export function LogView({ place }: { place: Place }) {
  const [paused, setPaused] = useState(false);
  const [appending, setAppending] = useState(false);
  const [chosen, setChosen] = useState(place.record); // with the arrow keys, or by opening it
  const filter = { channel: place.channel, key: place.key, contains: place.contains };
  const handle = useTimeline(place.log, filter, place.at);
  const { timeline } = handle;
  useEffect(() => {
    if (place.record !== '') setChosen(place.record);
  }, [place.record]);
  const move = (change: Partial<LogPlace>) => go({ view: 'log', ...place, ...change });
  const amend = (change: Partial<LogPlace>) => replace({ view: 'log', ...place, ...change });
  const open = (sequence: number) => amend({ record: String(sequence) });
  const live = () => {
    setPaused(false);
    if (place.at !== '') move({ at: '' });
    else timeline.follow();
  };
  // Also when the address says so already, as after a refusal.
  const newest = () => (place.at === '' ? handle.reopen() : live());
  const pause = () => {
    if (paused || timeline.state.mode !== 'following') return live();
    setPaused(true);
    timeline.hold();
  };
  useShortcuts({
    p: pause,
    e: live,
    a: () => setAppending(true),
    '/': () => focusOn('search'),
    s: () => focusOn('jump'),
    j: () => focusOn('records'),
    k: () => focusOn('records'),
    Escape: () => amend({ record: '' }),
  });
  return (
    <div class={place.record === '' ? 'log-view' : 'log-view with-record'}>
      <LogHead log={place.log} tab="records" channel={place.channel} onAppend={() => setAppending(true)} />
      <ChannelList log={place.log} chosen={place.channel} onChoose={(channel) => move({ ...LIVE, channel })} />
      <section class="timeline" aria-label={`Records of the log ${place.log}`}>
        <Toolbar place={place} handle={handle} paused={paused} onMove={move} onAmend={amend} onPause={pause} onLive={live} />
        <TailTrouble handle={handle} place={place} onMove={move} onNewest={newest} onAppend={() => setAppending(true)} />
        <RecordList
          handle={handle}
          selected={chosen === '' ? null : Number(chosen)}
          wanted={place.contains}
          paused={paused}
          onSelect={(sequence) => (place.record === '' ? setChosen(String(sequence)) : open(sequence))}
          onOpen={open}
        />
        <TailStatus handle={handle} searched={place.contains !== '' || place.key !== ''} onLive={live} />
      </section>
      {place.record !== '' && (
        <RecordPanel
          log={place.log}
          sequence={Number(place.record)}
          found={timeline.window.at(timeline.window.indexOf(Number(place.record)))}
          onClose={() => {
            amend({ record: '' });
            focusOn('records');
          }}
          onMove={move}
        />
      )}
      {appending && <AppendDialog log={place.log} channel={place.channel} onClose={() => setAppending(false)} />}
    </div>
  );
}

const SELECTORS = { search: '#search', jump: '#jump', records: '.records' };

function focusOn(what: keyof typeof SELECTORS): void {
  const element = document.querySelector<HTMLElement>(SELECTORS[what]);
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
}
