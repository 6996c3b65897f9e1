import { useEffect, useState } from 'preact/hooks';
import { audit } from '../../api/endpoints';
import { problemFrom } from '../../api/http';
import type { Problem } from '../../api/problem';
import type { NodeAudit } from '../../api/types';
import { announce } from '../../ui/announcer';

export interface AuditCheck {
  running: boolean;
  sequence: number | null; // what the tables were compared at
  results: Map<string, NodeAudit>;
  problem: Problem | null;
  run: () => void;
}

const IDLE = { running: false, sequence: null, results: new Map<string, NodeAudit>(), problem: null };

// Whether what the nodes hold is what the log's table holds.
export function useAudit(log: string, fleet: string): AuditCheck {
  const [state, setState] = useState<Omit<AuditCheck, 'run'>>(IDLE);
  useEffect(() => setState(IDLE), [log, fleet]);
  const run = async () => {
    setState({ ...IDLE, running: true });
    try {
      const { sequence, nodes = [] } = await audit(log, fleet);
      const results = new Map(nodes.map((node) => [node.node, node]));
      setState({ running: false, sequence: Number(sequence ?? 0), results, problem: null });
      announce('The audit is done');
    } catch (error) {
      setState({ ...IDLE, problem: problemFrom(error) });
    }
  };
  return { ...state, run: () => void run() };
}
