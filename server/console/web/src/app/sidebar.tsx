import { useEffect } from 'preact/hooks';
import { listLogs } from '../api/endpoints';
import { loginWanted, me, sessionNumber } from '../api/session';
import type { LogInfo } from '../api/types';
import { formatShort } from '../format/number';
import { Icon, type IconName } from '../ui/icons';
import { nextTheme, theme, type Theme } from '../ui/theme';
import { usePoll } from '../ui/use_poll';
import { route } from './location';
import { logs } from './logs';
import { formatRoute, LIVE, type Route } from './route';
import { Who } from './who';

const LOGS_MS = 2_000;

// The product's own logs, as _system, behind the users'.
function ownLast(a: LogInfo, b: LogInfo): number {
  return Number(a.name.startsWith('_')) - Number(b.name.startsWith('_')) || a.name.localeCompare(b.name);
}

// The log that is looked at, or the one to begin with.
export function currentLog(): string {
  const at = route.value;
  if (at.view !== 'overview') return at.log;
  return logs.value.find((log) => log.name === 'default')?.name ?? logs.value[0]?.name ?? 'default';
}

export function Sidebar({ onHelp }: { onHelp: () => void }) {
  return (
    <header class="side">
      <a class="brand" href="#/" aria-label="replog, overview">
        <img src="./icon.svg" alt="" />
        <span>replog</span>
      </a>
      {me.value && !loginWanted.value && <Links />}
      <div class="foot">
        <div class="tools">
          <ThemeButton />
          <button type="button" class="button plain icon wide" aria-label="Help and shortcuts" title="Help and shortcuts (?)" onClick={onHelp}>
            <Icon name="help" />
          </button>
        </div>
        <Who />
      </div>
    </header>
  );
}

function Links() {
  const polled = usePoll(`logs ${sessionNumber.value}`, LOGS_MS, listLogs);
  useEffect(() => {
    logs.value = [...(polled.data ?? [])].sort(ownLast);
  }, [polled.data]);
  const at = route.value;
  const log = currentLog();
  return (
    <nav aria-label="Views">
      <ul class="links">
        <NavLink to={{ view: 'overview' }} icon="overview" current={at.view === 'overview'}>
          Overview
        </NavLink>
        <NavLink to={{ view: 'log', log, ...LIVE }} icon="log" current={at.view === 'log' || at.view === 'table'}>
          Records
        </NavLink>
        <NavLink to={{ view: 'nodes', log }} icon="nodes" current={at.view === 'nodes'}>
          Nodes
        </NavLink>
      </ul>
      <p class="heading" id="logs-heading">
        Logs
      </p>
      <ul class="links logs-links" aria-labelledby="logs-heading">
        {logs.value.map((info) => (
          <NavLink key={info.name} to={{ view: 'log', log: info.name, ...LIVE }} current={at.view !== 'overview' && at.view !== 'nodes' && at.log === info.name}>
            <span class="clip">{info.name}</span>
            <span class="count muted">{formatShort(Number(info.committedEnd ?? 0) - Number(info.firstKeptSequence ?? 0))}</span>
          </NavLink>
        ))}
      </ul>
    </nav>
  );
}

interface NavLinkProps {
  to: Route;
  current: boolean;
  icon?: IconName;
  children: preact.ComponentChildren;
}

function NavLink({ to, current, icon, children }: NavLinkProps) {
  return (
    <li>
      <a href={formatRoute(to)} {...(current ? { 'aria-current': 'page' as const } : {})}>
        {icon && <Icon name={icon} />}
        {children}
      </a>
    </li>
  );
}

const THEME_ICON: Record<Theme, IconName> = { auto: 'auto', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const label = `Colours: ${theme.value === 'auto' ? 'as the system' : theme.value}`;
  return (
    <button type="button" class="button plain icon" aria-label={label} title={`${label} (t)`} onClick={nextTheme}>
      <Icon name={THEME_ICON[theme.value]} />
    </button>
  );
}
