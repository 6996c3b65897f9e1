import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Replogd } from './replogd';

// Runs the command `replog` against a server to its end; resolves to what it printed.
export function replog(server: Replogd, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.env.REPLOG_CLI as string, ['--server', server.grpc, ...words], (error, stdout, stderr) =>
      error ? reject(new Error(`${words.join(' ')}: ${stderr}`)) : resolve(stdout),
    );
  });
}

// A node, which is `replog tail` with a name: it acknowledges what it has printed.
export class Node {
  private readonly process: ChildProcess;
  private readonly lines: Interface; // read always, since a node that cannot print stands still

  constructor(server: Replogd, name: string, ...words: string[]) {
    const command = ['--server', server.grpc, 'tail', '--node', name, ...words];
    this.process = spawn(process.env.REPLOG_CLI as string, command, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.lines = createInterface({ input: this.process.stdout as NodeJS.ReadableStream });
  }

  // Stands still, connected, as a process that hangs.
  freeze(): void {
    this.process.kill('SIGSTOP');
  }

  thaw(): void {
    this.process.kill('SIGCONT');
  }

  // Resolves with the next line that has the text.
  printed(text: string): Promise<void> {
    return new Promise((resolve) => this.lines.on('line', (line) => line.includes(text) && resolve()));
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}
