import { path, url } from './address';
import { getJson, postJson } from './http';
import type { RecordFilter } from './record_filter';
import type {
  AppendResponse, AuditResponse, ChannelsResponse, History, LeasesResponse, LogInfo, Me, NewRecord, NodeInfo, ReadResponse,
  SyncResponse, TableResponse,
} from './types';

export interface PageRequest extends RecordFilter {
  log: string;
  from?: number;
  time?: string;
  backward?: boolean;
  limit: number;
}

export const getMe = (signal?: AbortSignal) => getJson<Me>('/v1/me', signal);

export async function listLogs(signal?: AbortSignal): Promise<LogInfo[]> {
  return (await getJson<{ logs?: LogInfo[] }>('/v1/logs', signal)).logs ?? [];
}

export async function getLog(log: string, signal?: AbortSignal): Promise<LogInfo> {
  return (await getJson<{ log: LogInfo }>(path`/v1/logs/${log}`, signal)).log;
}

export function readPage({ log, ...query }: PageRequest, signal?: AbortSignal): Promise<ReadResponse> {
  return getJson(url(path`/v1/logs/${log}/messages`, query), signal);
}

// Where the live tail of a log begins at `from`; its filter by key and text is done here, so that a quiet tail also moves.
export function eventsAddress(log: string, channel: string, from?: number): string {
  return url(path`/v1/logs/${log}/messages/events`, { channel, from });
}

export function listChannels(
  log: string, query: { prefix?: string; after?: string; limit?: number }, signal?: AbortSignal,
): Promise<ChannelsResponse> {
  return getJson(url(path`/v1/logs/${log}/channels`, { ...query, counts: true }), signal);
}

export function readTable(
  log: string, channel: string, query: { after?: string; key?: string; limit?: number }, signal?: AbortSignal,
): Promise<TableResponse> {
  return getJson(url(path`/v1/logs/${log}/channels/${channel}/table`, query), signal);
}

export function append(log: string, record: NewRecord): Promise<AppendResponse> {
  return postJson(path`/v1/logs/${log}/records`, { records: [record] });
}

export async function listNodes(log: string, signal?: AbortSignal): Promise<NodeInfo[]> {
  return (await getJson<{ nodes?: NodeInfo[] }>(path`/v1/logs/${log}/nodes`, signal)).nodes ?? [];
}

export function awaitSync(
  log: string, target: { sequence: string; fleet?: string; timeout: string }, signal?: AbortSignal,
): Promise<SyncResponse> {
  return postJson(path`/v1/logs/${log}/sync`, target, signal);
}

export function audit(log: string, fleet: string): Promise<AuditResponse> {
  return postJson(path`/v1/logs/${log}/audit`, fleet === '' ? {} : { fleet });
}

export const listLeases = (signal?: AbortSignal) => getJson<LeasesResponse>('/v1/leases', signal);

export const getHistory = (since: number | undefined, signal?: AbortSignal) =>
  getJson<History>(url('/v1/history', { since }), signal);
