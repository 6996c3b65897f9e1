'use strict';
// A Node.js client made from the .proto files alone, over TLS with a token.

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');

const { grpc, ReplicationLog, LogAdmin } = require('./contract');
const { LogNode, call, secureCredentials } = require('./log_node');
const { Replogd } = require('./replogd');

let server;
let credentials;
let stub;

before(async () => {
  server = new Replogd();
  await server.start();
  credentials = secureCredentials(server.ca, server.token);
  stub = new ReplicationLog(server.address, credentials);
});

after(async () => {
  stub.close();
  await server.close();
});

const append = (...records) => call(stub, 'Append', { records });
const room = (text, key) => ({ channel: 'room', text, key });

// Collects the records of a node, and waits for as many as a test wants.
function collect(t, request) {
  const seen = [];
  let wake = () => {};
  const node = new LogNode(server.address, credentials, request, (record) => {
    seen.push(record);
    wake();
  });
  t.after(() => node.close());
  const until = (enough) => Promise.race([node.failure, new Promise((resolve) => {
    wake = () => { if (enough()) resolve(); };
    wake();
  })]);
  return { node, seen, until };
}

// Makes appends until the server has each, also over a restart.
async function appendSurely(record) {
  for (;;) {
    try {
      return await append({ ...record, id: record.text });  // an id is appended once
    } catch (error) {
      if (error.code !== grpc.status.UNAVAILABLE) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

const sequences = (records) => records.map((record) => Number(record.sequence));
const upTo = (end) => Array.from({ length: end }, (_, i) => i);

test('append, replay from zero and tail; no gap and no duplicate over kill -9', async (t) => {
  await append(room('Grüße 😀'), { channel: 'room', payload: Buffer.from([0, 255]) });
  const { node, seen, until } = collect(t, { from_sequence: 0 });
  await until(() => seen.length === 2);
  assert.equal(seen[0].text, 'Grüße 😀');
  assert.deepEqual(seen[1].payload, Buffer.from([0, 255]));
  for (let i = 2; i < 300; ++i) {
    if (i === 100 || i === 200) {
      await server.kill();
      await server.start();
    }
    await appendSurely(room(`line ${i}`));
  }
  await until(() => seen.length >= 300);
  assert.deepEqual(sequences(seen), upTo(300));
  assert.ok(node.reconnects >= 1);
});

test('boots from the table and goes on from the log', async (t) => {
  await append(room('red', 'apple'), room('yellow', 'banana'), room('green', 'apple'));
  const map = new Map();
  const { node, seen, until } = collect(t, { table: true, node: 'node-js' });
  const apply = () => {
    for (const record of seen.splice(0)) {
      if (record.deleted) map.delete(record.key);
      else map.set(record.key, record.text);
    }
    return map;
  };
  await until(() => apply().size === 2);
  assert.deepEqual([...map].sort(), [['apple', 'green'], ['banana', 'yellow']]);
  await server.kill();
  await server.start();
  await appendSurely({ channel: 'room', key: 'banana', deleted: true, text: undefined });
  const last = await appendSurely(room('kiwi-1', 'kiwi'));
  await until(() => apply().has('kiwi'));
  assert.deepEqual([...map].sort(), [['apple', 'green'], ['kiwi', 'kiwi-1']]);
  const answer = await node.acknowledge(Number(last.last_sequence) + 1);
  assert.equal(answer.cursor, String(Number(last.last_sequence) + 1));
});

test('no token, a wrong one, no grant, no TLS: refused, and why', async () => {
  const refused = async (credential, Stub, method, code) => {
    const other = new Stub(server.address, credential);
    await assert.rejects(call(other, method, {}), (error) => error.code === code);
    other.close();
  };
  await refused(secureCredentials(server.ca), ReplicationLog, 'Read', grpc.status.UNAUTHENTICATED);
  const wrong = secureCredentials(server.ca, 'A'.repeat(43));
  await refused(wrong, ReplicationLog, 'Read', grpc.status.UNAUTHENTICATED);
  await refused(credentials, LogAdmin, 'TrimLog', grpc.status.PERMISSION_DENIED);
  await refused(grpc.credentials.createInsecure(), ReplicationLog, 'Read', grpc.status.UNAVAILABLE);
});
