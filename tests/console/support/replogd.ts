import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

// A replogd on free ports of 127.0.0.1 with a data directory of its own.
export class Replogd {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'replog-console-'));
  grpc = '127.0.0.1:0'; // host:port
  http = '127.0.0.1:0';
  private process: ChildProcess | null = null;

  constructor(private readonly flags: string[] = []) {}

  get url(): string {
    return `${this.flags.includes('--tls-certificate') ? 'https' : 'http'}://${this.http}`;
  }

  // Resolves when it serves. Started again, it has the same ports and the same data.
  async start(): Promise<void> {
    const data = path.join(this.directory, 'data');
    const words = ['--listen', this.grpc, '--http-listen', this.http, '--data', data, ...this.flags];
    this.process = spawn(process.env.REPLOGD as string, words, { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: this.process.stdout as NodeJS.ReadableStream });
    const told = new Map<string, string>();
    await new Promise<void>((resolve, reject) => {
      lines.on('close', () => reject(new Error('replogd ended before it served')));
      lines.on('line', (line) => {
        const [name = '', value = ''] = line.split(' ');
        told.set(name, value);
        if (told.has('listening') && told.has('http')) resolve();
      });
    });
    this.grpc = told.get('listening') as string;
    this.http = told.get('http') as string;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const process = this.process;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, 'exit');
    process.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
