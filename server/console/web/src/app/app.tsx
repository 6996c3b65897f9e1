import { useEffect, useRef, useState } from 'preact/hooks';
import { getMe } from '../api/endpoints';
import { loginWanted, me, sessionNumber } from '../api/session';
import { Announcer } from '../ui/announcer';
import { Loading, ProblemNote } from '../ui/notes';
import { useShortcuts } from '../ui/shortcuts';
import { nextTheme } from '../ui/theme';
import { usePoll } from '../ui/use_poll';
import { LogView } from '../views/log/log_view';
import { TableView } from '../views/log/table_view';
import { Login } from '../views/login/login';
import { NodesView } from '../views/nodes/nodes_view';
import { Overview } from '../views/overview/overview';
import { Banner } from './banner';
import { Help } from './help';
import { go, route } from './location';
import { currentLog, Sidebar } from './sidebar';
import { LIVE } from './route';

const SESSION_MS = 30_000;

export function App() {
  const [help, setHelp] = useState(false);
  const session = usePoll(`me ${sessionNumber.value}`, SESSION_MS, getMe);
  useEffect(() => {
    me.value = session.problem?.kind === 'login' ? null : (session.data ?? me.value);
    if (session.data && !session.problem) loginWanted.value = null;
  }, [session.data, session.problem]);
  useShortcuts({
    '?': () => setHelp(true),
    o: () => go({ view: 'overview' }),
    l: () => go({ view: 'log', log: currentLog(), ...LIVE }),
    n: () => go({ view: 'nodes', log: currentLog() }),
    t: nextTheme,
  });
  return (
    <div class="shell">
      <a class="button skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Sidebar onHelp={() => setHelp(true)} />
      <Banner />
      <Main problem={session.problem} />
      <Announcer />
      {help && <Help onClose={() => setHelp(false)} />}
    </div>
  );
}

function skip(event: Event): void {
  event.preventDefault(); // the address after `#` is the view
  document.getElementById('main')?.focus();
}

function Main({ problem }: { problem: ReturnType<typeof usePoll>['problem'] }) {
  const main = useRef<HTMLElement>(null);
  const view = route.value.view;
  useEffect(() => {
    document.title = titleOf();
    main.current?.scrollTo(0, 0);
  }, [view]);
  return (
    <main class="view" id="main" tabIndex={-1} ref={main} key={loginWanted.value ? 'login' : sessionNumber.value}>
      {loginWanted.value ? <Login /> : me.value ? <View /> : <Starting problem={problem} />}
    </main>
  );
}

function Starting({ problem }: { problem: ReturnType<typeof usePoll>['problem'] }) {
  if (!problem) return <Loading what="Asking the server" />;
  return (
    <div class="page">
      <ProblemNote problem={problem} />
    </div>
  );
}

function View() {
  const at = route.value;
  switch (at.view) {
    case 'overview':
      return <Overview />;
    case 'log':
      return <LogView key={at.log} place={at} />;
    case 'table':
      return <TableView key={at.log} log={at.log} channel={at.channel} />;
    case 'nodes':
      return <NodesView key={at.log} log={at.log} />;
  }
}

function titleOf(): string {
  const at = route.value;
  if (at.view === 'overview') return 'Overview · replog';
  return `${at.view === 'nodes' ? 'Nodes' : at.log} · replog`;
}
