// The part of the address behind `#`: every view, filter and record has one, so that it can be bookmarked and sent around.
export type Route =
  | { view: 'overview' }
  | ({ view: 'log'; log: string } & LogPlace)
  | { view: 'table'; log: string; channel: string }
  | { view: 'nodes'; log: string };

export interface LogPlace {
  channel: string;
  key: string;
  contains: string;
  at: string; // a sequence or a time to jump to; '' is live
  record: string; // the sequence of the record whose detail is open; '' is none
}

export const LIVE: LogPlace = { channel: '', key: '', contains: '', at: '', record: '' };

export function parseRoute(hash: string): Route {
  const [place = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const parts = place.split('/').map(decodePart);
  const get = (name: string) => new URLSearchParams(query).get(name) ?? '';
  const [view, log, tab] = parts;
  if (view === 'logs' && log) {
    if (tab === 'table') return { view: 'table', log, channel: get('channel') };
    return {
      view: 'log', log, channel: get('channel'), key: get('key'), contains: get('contains'), at: get('at'), record: get('record'),
    };
  }
  if (view === 'nodes') return { view: 'nodes', log: get('log') || 'default' };
  return { view: 'overview' };
}

export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/';
    case 'nodes':
      return withQuery('#/nodes', { log: route.log === 'default' ? '' : route.log });
    case 'table':
      return withQuery(`#/logs/${encodeURIComponent(route.log)}/table`, { channel: route.channel });
    case 'log': {
      const { channel, key, contains, at, record } = route;
      return withQuery(`#/logs/${encodeURIComponent(route.log)}`, { channel, key, contains, at, record });
    }
  }
}

function withQuery(address: string, query: Record<string, string>): string {
  const set = Object.entries(query).filter(([, value]) => value !== '');
  return set.length === 0 ? address : `${address}?${new URLSearchParams(set)}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
