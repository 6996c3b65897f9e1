'use strict';
// Starts a replogd of its own for a test, with certificates and an access file, and stops it.

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

class Replogd {
  constructor() {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'replog-node-'));
    this.makeCertificates();
    this.token = this.makeToken();
    this.address = '127.0.0.1:0';
  }

  file(name) {
    return path.join(this.directory, name);
  }

  makeCertificates() {
    const openssl = (...words) => execFileSync('openssl', words, { stdio: 'pipe' });
    openssl('req', '-x509', ...NEW_KEY, '-subj', '/CN=ca', '-keyout', this.file('ca.key'), '-out', this.file('ca.pem'));
    openssl('req', ...NEW_KEY, '-subj', '/CN=server', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout',
      this.file('server.key'), '-out', this.file('server.csr'));
    openssl('x509', '-req', '-in', this.file('server.csr'), '-CA', this.file('ca.pem'), '-CAkey', this.file('ca.key'),
      '-copy_extensions', 'copy', '-out', this.file('server.pem'));
    this.ca = fs.readFileSync(this.file('ca.pem'));
  }

  makeToken() {
    const words = ['token', 'create', '--file', this.file('access.yaml'), '--principal', 'node', '--grant',
      'read,append:default', '--grant', 'node:default'];
    return execFileSync(process.env.REPLOG_CLI, words, { stdio: 'pipe' }).toString().trim();
  }

  async start() {
    const words = ['--listen', this.address, '--data', this.file('data'), '--tls-certificate', this.file('server.pem'),
      '--tls-key', this.file('server.key'), '--access-file', this.file('access.yaml')];
    this.process = spawn(process.env.REPLOGD, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = readline.createInterface({ input: this.process.stdout });
    const line = await Promise.race([once(lines, 'line'), once(this.process, 'exit')]);
    if (!String(line[0]).startsWith('listening ')) throw new Error(`replogd did not start: ${line}`);
    this.address = line[0].split(' ')[1];  // the same when it starts again
  }

  async kill(signal = 'SIGKILL') {
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    return (await ended)[0];
  }

  async close() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill('SIGTERM');
    fs.rmSync(this.directory, { recursive: true });
  }
}

module.exports = { Replogd };
