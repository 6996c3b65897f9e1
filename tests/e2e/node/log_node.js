'use strict';
// A node in JavaScript: holds what a log says, and goes on where it was when the server comes back.

const { grpc, ReplicationLog } = require('./contract');

const RETRY_MS = 50;
// A call that may be tried again, elsewhere or later.
const PASSING = new Set([grpc.status.UNAVAILABLE, grpc.status.CANCELLED]);

// TLS with the authority `ca` (PEM), and the token with every call.
function secureCredentials(ca, token) {
  const callCredentials = grpc.credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new grpc.Metadata();
    if (token) metadata.set('authorization', `Bearer ${token}`);
    done(null, metadata);
  });
  return grpc.credentials.combineChannelCredentials(grpc.credentials.createSsl(ca), callCredentials);
}

// Follows the log from zero, or boots from its table, and calls `onRecord` for each record in its order.
class LogNode {
  // `request`: the fields of the first SubscribeRequest.
  constructor(address, credentials, request, onRecord) {
    this.stub = new ReplicationLog(address, credentials, {
      // Soon again, so that a test does not wait for a server that is back.
      'grpc.initial_reconnect_backoff_ms': RETRY_MS,
      'grpc.max_reconnect_backoff_ms': RETRY_MS,
    });
    this.first = request;
    this.onRecord = onRecord;
    this.position = null;  // of the last frame from which one may go on
    this.reconnects = 0;
    this.closed = false;
    this.failure = new Promise((_, reject) => { this.fail = reject; });
    this.failure.catch(() => {});  // whoever waits for it is told
    this.subscribe();
  }

  subscribe() {
    const { table, from_sequence: _, ...rest } = this.first;
    const request = this.position ? { ...rest, from_position: this.position } : this.first;
    this.resumable = this.position !== null || !table;
    this.stream = this.stub.Subscribe(request);
    this.stream.on('data', (frame) => this.take(frame));
    this.stream.on('error', (error) => this.broken(error));
  }

  take(frame) {
    frame.records.forEach(this.onRecord);
    this.full = frame.position ?? this.full;
    this.resumable ||= frame.table_complete;
    if (this.resumable) this.position = { ...this.full, next_sequence: frame.next_sequence };
    if (frame.acknowledge) this.acknowledge(frame.next_sequence);
  }

  acknowledge(next_sequence) {
    return call(this.stub, 'Acknowledge', { node: this.first.node, next_sequence });
  }

  broken(error) {
    if (this.closed) return;
    if (!PASSING.has(error.code)) {
      this.fail(error);
      return;
    }
    ++this.reconnects;
    setTimeout(() => this.closed || this.subscribe(), RETRY_MS);
  }

  close() {
    this.closed = true;
    this.stream.cancel();
    this.stub.close();
  }
}

// A unary call as a promise.
function call(stub, method, request) {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 60_000);  // ends a test that hangs
    stub[method](request, { deadline }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

module.exports = { LogNode, call, secureCredentials };
