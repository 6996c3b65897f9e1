import { signal } from '@preact/signals';

// One polite live region for the whole page: it tells of changes of state, never of records.
const said = signal('');

export function announce(text: string): void {
  said.value = '';
  setTimeout(() => (said.value = text), 50); // the same text twice is a change, too
}

export function Announcer() {
  return (
    <div class="unseen" role="status" aria-live="polite">
      {said.value}
    </div>
  );
}
