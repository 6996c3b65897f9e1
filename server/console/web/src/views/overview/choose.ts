import type { History, LogHistory, NodeHistory } from '../../api/types';
import { lastKnown } from '../../charts/history';

// Those of one log, or of all when `log` is ''.
export function logsOf(history: History, log: string): LogHistory[] {
  return (history.logs ?? []).filter((one) => log === '' || one.log === log);
}

export function nodesOf(history: History, log: string): NodeHistory[] {
  return (history.nodes ?? []).filter((one) => log === '' || one.log === log);
}

// The nodes that are furthest behind, which are those that matter.
export function mostBehind(nodes: NodeHistory[], count: number): NodeHistory[] {
  const lag = (node: NodeHistory) => lastKnown(node.lag) ?? -1;
  return [...nodes].sort((a, b) => lag(b) - lag(a) || a.node.localeCompare(b.node)).slice(0, count);
}
