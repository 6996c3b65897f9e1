// The JSON of the server's HTTP API: protobuf's mapping, so 64-bit numbers are strings and what is unset is left out.
// Sequences become numbers where they come in (see record.ts): a log gets to 2^53 in 285 years at a million a second.
export interface Position {
  logUuid?: string;
  lineage?: string;
  epoch?: string;
  nextSequence?: string;
}

export interface LogSettings {
  durability?: 'DURABILITY_SYNC' | 'DURABILITY_OS';
  retentionAge?: string;
  retentionBytes?: string;
  retentionRecords?: string;
  dedupeWindow?: string;
}

export interface LogInfo {
  name: string;
  uuid: string;
  lineage?: string;
  epoch?: string;
  firstKeptSequence?: string;
  committedEnd?: string;
  bytes?: string;
  created?: string;
  lastTime?: string;
  settings?: LogSettings;
  subscribers?: string;
}

export interface RecordJson {
  sequence: string;
  time: string;
  channel: string;
  key?: string;
  text?: string;
  payload?: string;
  headers?: { [name: string]: string };
  deleted?: boolean;
  version?: string;
  id?: string;
  expires?: string;
  producer?: { id?: string; epoch?: string; firstSequence?: string; count?: number };
  lease?: LeaseToken;
}

export interface NewRecord {
  channel: string;
  key?: string;
  text?: string;
  payload?: string;
  headers?: { [name: string]: string };
  deleted?: boolean;
  version?: string;
  id?: string;
  expires?: string;
}

export interface ReadResponse {
  records?: RecordJson[];
  nextSequence: string;
  committedEnd: string;
  atEnd?: boolean;
  firstKeptSequence?: string;
  position?: Position;
}

export interface AppendResult {
  outcome?: 'APPENDED' | 'DUPLICATE' | 'STALE';
  sequence?: string;
  version?: string;
}

export interface AppendResponse {
  firstSequence?: string;
  lastSequence?: string;
  results?: AppendResult[];
  durability?: string;
  time?: string;
}

export interface ChannelInfo {
  name: string;
  records?: string;
}

export interface ChannelsResponse {
  channels?: ChannelInfo[];
  nextAfter?: string;
}

export interface TableResponse {
  records?: RecordJson[];
  asOfSequence?: string;
  nextAfterKey?: string;
}

export type NodeState = 'REPLAYING' | 'TAILING' | 'GONE';

export interface NodeInfo {
  node: string;
  fleet?: string;
  state?: NodeState;
  cursor?: string;
  nextSequence?: string;
  lagRecords?: string;
  lagTime?: string;
  lastAcknowledged?: string;
  address?: string;
}

export interface NodeSync {
  node: string;
  synced?: boolean;
  connected?: boolean;
  applied?: string;
  lag?: string;
}

export interface SyncResponse {
  outcome: 'SYNCED' | 'PARTIALLY_SYNCED' | 'NOT_SYNCED' | 'TIMEOUT';
  nodes?: NodeSync[];
  sequence?: string;
}

export interface NodeAudit {
  node: string;
  outcome?: 'SAME' | 'DIVERGED' | 'NO_ANSWER';
  connected?: boolean;
  divergedChannels?: string[];
}

export interface AuditResponse {
  sequence?: string;
  digests?: { channel: string; keys?: string }[];
  nodes?: NodeAudit[];
}

export interface LeaseToken {
  name?: string;
  lineage?: string;
  sequence?: string;
}

export interface Lease {
  name: string;
  holder?: string;
  token?: LeaseToken;
  ttl?: string;
  remaining?: string;
}

export interface LeasesResponse {
  leases?: Lease[];
  nextAfter?: string;
}

export interface Grant {
  verbs?: string[];
  logs?: string[];
  channels?: string[];
  nodes?: string[];
  leases?: string[];
}

export interface Me {
  principal: string;
  accessControl: boolean;
  grants?: Grant[];
  server: { version: string; grpcAddress: string; tls: boolean; startedUnixSeconds: number };
}

export type Series = (number | null)[];

export interface LogHistory {
  log: string;
  appendedRecords: Series;
  appendedBytes: Series;
  deliveredRecords: Series;
  deliveredBytes: Series;
  bytes: Series;
  maxLag?: Series;
}

export interface NodeHistory {
  log: string;
  node: string;
  fleet?: string;
  lag: Series;
}

export interface ServerHistory {
  appendP50Us: Series;
  appendP99Us: Series;
  diskUsedBytes: Series;
  diskFreeBytes: Series;
}

export interface History {
  intervalSeconds: number;
  times: number[];
  logs?: LogHistory[];
  nodes?: NodeHistory[];
  server?: ServerHistory;
  alarms?: { name: string; text: string }[];
}
