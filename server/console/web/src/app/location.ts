import { signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './route';

export const route = signal<Route>(parseRoute(location.hash));
addEventListener('hashchange', () => (route.value = parseRoute(location.hash)));

export function go(to: Route): void {
  location.hash = formatRoute(to);
}

// For a change that "back" should pass over, as every letter of a search.
export function replace(to: Route): void {
  history.replaceState(null, '', formatRoute(to));
  route.value = to;
}
