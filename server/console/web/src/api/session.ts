import { signal } from '@preact/signals';
import type { Problem } from './problem';
import type { Me } from './types';

// Who is logged in. The token is in this variable and nowhere else: not in storage, not in a cookie, not in an address. A
// reload of the page forgets it.
let token = '';

export const me = signal<Me | null>(null);
// Why there is nobody logged in, where the server wants somebody.
export const loginWanted = signal<Problem | null>(null);
// Counts log-ins, so that what was read for one principal is not shown to the next.
export const sessionNumber = signal(0);

export function setToken(value: string): void {
  token = value;
  sessionNumber.value++;
}

export function authorization(): Record<string, string> {
  return token === '' ? {} : { Authorization: `Bearer ${token}` };
}

export function hasToken(): boolean {
  return token !== '';
}

export function logOut(): void {
  me.value = null;
  setToken('');
}
