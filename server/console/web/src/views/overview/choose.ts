import type { History, LogHistory, NodeHistory } from '../../api/types';

// Those of one log, or of all when `log` is ''.
export function logsOf(history: History, log: string): LogHistory[] {
  return (history.logs ?? []).filter((one) => log === '' || one.log === log);
}

export function nodesOf(history: History, log: string): NodeHistory[] {
  return (history.nodes ?? []).filter((one) => log === '' || one.log === log);
}

// The nodes that were furthest behind, which are those that matter; by name, so that each keeps its colour.
export function mostBehind(nodes: NodeHistory[], count: number): NodeHistory[] {
  const most = new Map(nodes.map((node) => [node, node.lag.reduce<number>((most, lag) => Math.max(most, lag ?? 0), 0)]));
  const byLag = [...nodes].sort((a, b) => (most.get(b) ?? 0) - (most.get(a) ?? 0) || byName(a, b));
  return byLag.slice(0, count).sort(byName);
}

function byName(a: NodeHistory, b: NodeHistory): number {
  return a.node.localeCompare(b.node) || a.log.localeCompare(b.log);
}
