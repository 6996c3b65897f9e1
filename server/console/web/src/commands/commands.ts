import { path, url } from '../api/address';
import type { LogRecord } from '../api/record';
import type { NewRecord } from '../api/types';
import { shellQuote } from './shell_quote';

// Where the commands are to go, and as whom.
export interface Target {
  grpcAddress: string; // host:port
  httpOrigin: string; // as in http://localhost:8080
  tls: boolean;
  withToken: boolean; // the commands then take it from the variable REPLOG_TOKEN
}

export interface Command {
  tool: 'replog' | 'grpcurl' | 'curl';
  line: string;
}

const DEFAULT_GRPC = 'localhost:50051';

// The commands that print one record.
export function readCommands(target: Target, log: string, sequence: number): Command[] {
  const query = { from: sequence, limit: 1 };
  return [
    { tool: 'replog', line: `${replog(target, log)} read --from ${sequence} --limit 1 --json` },
    {
      tool: 'grpcurl',
      line: grpcurl(target, { log, fromSequence: String(sequence), maxRecords: 1 }, 'replog.v1.ReplicationLog/Read'),
    },
    { tool: 'curl', line: `${curl(target)} ${shellQuote(target.httpOrigin + url(path`/v1/logs/${log}/messages`, query))}` },
  ];
}

// The commands that append a record again, or for the first time.
export function appendCommands(target: Target, log: string, record: NewRecord): Command[] {
  const json = JSON.stringify(record);
  const address = shellQuote(target.httpOrigin + path`/v1/logs/${log}/records`);
  return [
    { tool: 'replog', line: `printf '%s\\n' ${shellQuote(json)} | ${replog(target, log)} append --json` },
    { tool: 'grpcurl', line: grpcurl(target, { log, records: [record] }, 'replog.v1.ReplicationLog/Append') },
    { tool: 'curl', line: `${curl(target)} --json ${shellQuote(JSON.stringify({ records: [record] }))} ${address}` },
  ];
}

// What a writer sends to get such a record; its id is left out, since a record with it would be a duplicate.
export function asNewRecord(record: LogRecord): NewRecord {
  const { channel, key, text, payload, headers, deleted, version } = record;
  return {
    channel,
    ...(key === undefined ? {} : { key }),
    ...(text === undefined ? {} : { text }),
    ...(payload === undefined ? {} : { payload }),
    ...(headers === undefined ? {} : { headers }),
    ...(deleted ? { deleted } : {}),
    ...(version === undefined ? {} : { version }),
  };
}

// `replog` with the options that it needs, for commands that stand in hints.
export function replog(target: Target, log = 'default'): string {
  const words = ['replog'];
  if (target.grpcAddress !== DEFAULT_GRPC) words.push('--server', shellQuote(target.grpcAddress));
  if (target.tls) words.push('--tls');
  if (log !== 'default') words.push('--log', shellQuote(log));
  return words.join(' ');
}

function grpcurl(target: Target, message: unknown, method: string): string {
  const words = ['grpcurl'];
  if (!target.tls) words.push('-plaintext');
  if (target.withToken) words.push('-H "authorization: Bearer $REPLOG_TOKEN"');
  return [...words, '-d', shellQuote(JSON.stringify(message)), shellQuote(target.grpcAddress), method].join(' ');
}

function curl(target: Target): string {
  return target.withToken ? 'curl -f -H "Authorization: Bearer $REPLOG_TOKEN"' : 'curl -f';
}

// The address that the server listens on is one that it can be reached at, unless it is "every address" or its own
// loopback seen from afar: then it is at the host that this page came from.
export function reachableAddress(listenAddress: string, pageHost: string): string {
  const colon = listenAddress.lastIndexOf(':');
  const host = listenAddress.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = listenAddress.slice(colon + 1);
  if (colon < 0 || port === '') return DEFAULT_GRPC;
  if (!['', '0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)) return listenAddress;
  return `${['127.0.0.1', '[::1]', '::1', ''].includes(pageHost) ? 'localhost' : pageHost}:${port}`;
}
