import { useEffect, useRef, useState } from 'preact/hooks';
import { awaitSync, getLog } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import type { NodeSync, SyncResponse } from '../../api/types';
import { announce } from '../../ui/announcer';

export type SyncOutcome = SyncResponse['outcome'];

export interface SyncCheck {
  running: boolean;
  sequence: number | null; // the record that is waited for
  outcome: SyncOutcome | null; // of the last answer
  results: Map<string, NodeSync>;
  problem: Problem | null;
  run: () => void;
  stop: () => void;
}

const STEP = '0.5s'; // each answer turns green who has it by then
const LONGEST_MS = 30_000;

const IDLE = { running: false, sequence: null, outcome: null, results: new Map<string, NodeSync>(), problem: null };

// Whether the nodes have the newest record there is at the moment of asking.
export function useSyncCheck(log: string, fleet: string): SyncCheck {
  const [state, setState] = useState<Omit<SyncCheck, 'run' | 'stop'>>(IDLE);
  const asking = useRef(new AbortController());
  const stop = () => {
    asking.current.abort();
    setState((old) => ({ ...old, running: false }));
  };
  useEffect(() => {
    setState(IDLE);
    return () => asking.current.abort();
  }, [log, fleet]);
  const run = () => {
    asking.current.abort();
    asking.current = new AbortController();
    void check(log, fleet, asking.current.signal, (change) => setState((old) => ({ ...old, ...change })));
  };
  return { ...state, run, stop };
}

type Tell = (change: Partial<Omit<SyncCheck, 'run' | 'stop'>>) => void;

async function check(log: string, fleet: string, signal: AbortSignal, tell: Tell): Promise<void> {
  tell({ ...IDLE, running: true });
  try {
    const end = Number((await getLog(log, signal)).committedEnd ?? 0);
    if (end === 0) return tell({ running: false, problem: EMPTY_LOG });
    tell({ sequence: end - 1 });
    await askUntilSynced(log, fleet, end - 1, signal, tell);
  } catch (error) {
    if (!signal.aborted) tell({ running: false, problem: problemFrom(error) });
  }
}

async function askUntilSynced(log: string, fleet: string, sequence: number, signal: AbortSignal, tell: Tell): Promise<void> {
  const target = { sequence: String(sequence), ...(fleet === '' ? {} : { fleet }), timeout: STEP };
  const until = performance.now() + LONGEST_MS;
  for (;;) {
    const { outcome, nodes = [] } = await awaitSync(log, target, signal);
    const running = outcome === 'TIMEOUT' && performance.now() < until;
    tell({ outcome, running, results: new Map(nodes.map((node) => [node.node, node])) });
    if (!running) return announce(SAID[outcome]);
  }
}

export const SAID: Record<SyncOutcome, string> = {
  SYNCED: 'Every node has it',
  PARTIALLY_SYNCED: 'More than half have it; the others are not connected',
  NOT_SYNCED: 'At most half have it; the others are not connected',
  TIMEOUT: 'A connected node is behind',
};

const EMPTY_LOG: Problem = {
  kind: 'missing', title: 'The log is empty', advice: 'There is nothing that a node could have.', passes: false, details: {},
};
