import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { appendCommands, reachableAddress, readCommands, replog } from '../../../server/console/web/src/commands/commands';
import { shellQuote } from '../../../server/console/web/src/commands/shell_quote';

const HOSTILE = [
  "it's", '$(id)', '`id`', '"; rm -rf /; "', '\\', "'\\''", 'a\nb', '!!', '*', '~', '-rf', '', ' ', '&& id', 'ü€', '#x', '$HOME', "''",
];

test('a real shell reads back what was quoted', () => {
  for (const text of [...HOSTILE, HOSTILE.join('')]) {
    const printed = execFileSync('/bin/sh', ['-c', `printf '%s' ${shellQuote(text)}`], { encoding: 'utf8' });
    expect(printed).toBe(text);
  }
});

const target = { grpcAddress: 'log.example.org:443', httpOrigin: 'https://log.example.org', tls: true, withToken: true };

test('whatever a record holds, the commands have it as one word', () => {
  for (const text of HOSTILE) {
    for (const { line, tool } of appendCommands(target, text || 'l', { channel: text, text, headers: { [text]: text } })) {
      // Each tool is a function that prints its words, one per line.
      const shell = `REPLOG_TOKEN=t; ${tool}() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${line}`;
      const words = execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' }).split('\0');
      if (tool === 'replog') expect(words.slice(-3)).toEqual(['append', '--json', '']);
      else expect(words.some((word) => word.includes(JSON.stringify(text)))).toBe(true);
    }
  }
});

test('tokens come from a variable and never stand in a command', () => {
  const lines = readCommands(target, 'default', 5).map(({ line }) => line);
  expect(lines).toEqual([
    'replog --server log.example.org:443 --tls read --from 5 --limit 1 --json',
    `grpcurl -H "authorization: Bearer $REPLOG_TOKEN" -d '{"log":"default","fromSequence":"5","maxRecords":1}' log.example.org:443 replog.v1.ReplicationLog/Read`,
    `curl -f -H "Authorization: Bearer $REPLOG_TOKEN" 'https://log.example.org/v1/logs/default/messages?from=5&limit=1'`,
  ]);
  expect(replog({ ...target, grpcAddress: 'localhost:50051', tls: false })).toBe('replog');
});

test('an address that one can reach', () => {
  expect(reachableAddress('0.0.0.0:50051', 'log.example.org')).toBe('log.example.org:50051');
  expect(reachableAddress('127.0.0.1:50051', '127.0.0.1')).toBe('localhost:50051');
  expect(reachableAddress('[::]:50051', 'localhost')).toBe('localhost:50051');
  expect(reachableAddress('10.0.0.7:50051', 'log.example.org')).toBe('10.0.0.7:50051');
});
