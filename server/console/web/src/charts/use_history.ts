import { useRef } from 'preact/hooks';
import { getHistory } from '../api/endpoints';
import { sessionNumber } from '../api/session';
import type { History } from '../api/types';
import { usePoll, type Polled } from '../ui/use_poll';
import { mergeHistory } from './history';

const EVERY_MS = 5_000;

export function useHistory(): Polled<History> {
  const kept = useRef<History | null>(null);
  const session = useRef(sessionNumber.value);
  return usePoll(`history ${sessionNumber.value}`, EVERY_MS, async (signal) => {
    if (session.current !== sessionNumber.value) kept.current = null;
    session.current = sessionNumber.value;
    const times = kept.current?.times ?? [];
    kept.current = mergeHistory(kept.current, await getHistory(times[times.length - 1], signal));
    return kept.current;
  });
}
