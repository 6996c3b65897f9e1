import { useEffect, useRef, useState } from 'preact/hooks';
import { problemFrom } from '../api/http';
import { serverAnswers } from '../app/connection';
import type { Problem } from '../api/problem';

export interface Polled<T> {
  data: T | null; // the last that came, also when there is a problem since
  problem: Problem | null;
  refresh: () => void;
}

// Asks again and again while the component is shown and the page is visible. Another `key` begins anew.
export function usePoll<T>(key: string, everyMs: number, ask: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const [state, setState] = useState<{ key: string; data: T | null; problem: Problem | null }>({
    key, data: null, problem: null,
  });
  const latest = useRef(ask);
  latest.current = ask;
  const refresh = useRef(() => {});
  useEffect(() => {
    const poll = new Poll(everyMs, (signal) => latest.current(signal), (data, problem) =>
      setState((old) => ({ key, data: data ?? (old.key === key ? old.data : null), problem })),
    );
    refresh.current = () => poll.now();
    return () => poll.stop();
  }, [key, everyMs]);
  const current = state.key === key ? state : { data: null, problem: null };
  return { data: current.data, problem: current.problem, refresh: () => refresh.current() };
}

class Poll<T> {
  private readonly end = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;

  constructor(
    private readonly everyMs: number,
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    private readonly tell: (data: T | null, problem: Problem | null) => void,
  ) {
    document.addEventListener('visibilitychange', this.onVisible);
    this.now();
  }

  now(): void {
    clearTimeout(this.timer);
    if (!this.asking) void this.run();
  }

  stop(): void {
    this.end.abort();
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.onVisible);
  }

  private readonly onVisible = () => {
    if (!document.hidden) this.now();
  };

  private async run(): Promise<void> {
    this.asking = true;
    let wait = this.everyMs;
    try {
      const data = await this.ask(this.end.signal);
      if (this.end.signal.aborted) return;
      serverAnswers.value = true;
      this.tell(data, null);
    } catch (error) {
      if (this.end.signal.aborted) return;
      const problem = problemFrom(error);
      if (problem.kind === 'offline') serverAnswers.value = false;
      // Who is not there is looked for often; who is busy is left alone longer.
      if (problem.kind === 'offline') wait = Math.min(wait, 1000);
      else if (problem.kind === 'busy') wait *= 2;
      this.tell(null, problem);
    }
    this.asking = false;
    if (!document.hidden) this.timer = setTimeout(() => void this.run(), wait);
  }
}
