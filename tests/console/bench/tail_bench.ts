import { writeFileSync } from 'node:fs';
import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import { Replogd } from '../support/replogd';

// How smooth the live tail is at 1,000 records a second, and whether its memory stays flat: prints a line every ten
// seconds and a summary. --seconds N or --minutes N (default 20 s), --rate N, --json FILE.
const options = parse(process.argv.slice(2));
const EVERY_MS = 20; // appends go out in batches of 20 ms

interface Sample {
  seconds: number;
  framesPerSecond: number;
  worstFrameMs: number;
  cpuSeconds: number; // of the browser's processes, since they began: what others on the machine do does not change it
  heapBytes: number; // after a garbage collection
  nodes: number; // of the page
  shown: number; // the newest sequence on the screen
}

const server = new Replogd();
await server.start();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${server.url}/#/logs/default`);
  await page.locator('.toolbar').waitFor();
  const writer = write(server.url, options.rate);
  await page.locator('.live[data-state="Live"], .live[data-state="Catching up"]').waitFor();
  const samples = await measure(page, options.seconds);
  const written = await writer.stop();
  await page.locator(`[data-sequence="${written - 1}"]`).waitFor();
  report(samples, written);
} finally {
  await browser.close();
  await server.close();
}

async function measure(page: Page, seconds: number): Promise<Sample[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.evaluate(countFrames);
  const samples: Sample[] = [];
  const began = performance.now();
  const step = Math.min(10, seconds / 2);
  for (let at = step; at <= seconds; at += step) {
    await page.waitForTimeout(Math.max(0, at * 1000 - (performance.now() - began)));
    const before = samples[samples.length - 1];
    const now = await sample(page, session, Math.round((performance.now() - began) / 100) / 10);
    samples.push(now);
    console.log(lineOf(now, before));
  }
  return samples;
}

// The frames first: the collection of garbage that follows is ours and not the page's.
async function sample(page: Page, session: CDPSession, seconds: number): Promise<Sample> {
  const frames = await page.evaluate(() => (window as unknown as { takeFrames(): { perSecond: number; worstMs: number } }).takeFrames());
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? 0;
  const shown = await page.locator('.records-body [role=row]').last().getAttribute('data-sequence');
  await page.evaluate(() => (window as unknown as { takeFrames(): unknown }).takeFrames());
  return {
    seconds,
    framesPerSecond: frames.perSecond,
    worstFrameMs: frames.worstMs,
    cpuSeconds: await cpuSeconds(page.context().browser() as Browser),
    heapBytes: metric('JSHeapUsedSize'),
    nodes: metric('Nodes'),
    shown: Number(shown),
  };
}

async function cpuSeconds(chrome: Browser): Promise<number> {
  const session = await chrome.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

// Runs in the page.
function countFrames(): void {
  let frames = 0;
  let worst = 0;
  let since = performance.now();
  let before = since;
  const onFrame = (now: number) => {
    frames++;
    worst = Math.max(worst, now - before);
    before = now;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  Object.assign(window, {
    takeFrames() {
      const now = performance.now();
      const taken = { perSecond: (frames * 1000) / (now - since), worstMs: worst };
      frames = worst = 0;
      since = before = now;
      return taken;
    },
  });
}

// Appends `rate` records a second until it is stopped; resolves to how many there are.
function write(url: string, rate: number): { stop(): Promise<number> } {
  let written = 0;
  let stopped = false;
  const began = performance.now();
  const body = 'x'.repeat(60);
  const run = async () => {
    while (!stopped) {
      const due = Math.floor(((performance.now() - began) / 1000) * rate) - written;
      const records = Array.from({ length: Math.min(due, 1000) }, (_, at) => ({
        channel: `room-${(written + at) % 20}`,
        text: `message ${written + at} ${body}`,
      }));
      if (records.length > 0) await post(url, records);
      written += records.length;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return written;
  };
  const running = run();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

async function post(url: string, records: object[]): Promise<void> {
  const response = await fetch(`${url}/v1/logs/default/records`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ records }),
  });
  if (!response.ok) throw new Error(await response.text());
}

function lineOf({ seconds, framesPerSecond, worstFrameMs, cpuSeconds, heapBytes, nodes, shown }: Sample, before?: Sample): string {
  const mebibytes = (heapBytes / 2 ** 20).toFixed(1);
  const cpu = before ? `, ${((100 * (cpuSeconds - before.cpuSeconds)) / (seconds - before.seconds)).toFixed(0)} % of a core` : '';
  return `${seconds} s: ${framesPerSecond.toFixed(1)} frames/s, worst ${worstFrameMs.toFixed(0)} ms${cpu}, heap ${mebibytes} MiB, ${nodes} nodes, at ${shown}`;
}

function report(samples: Sample[], written: number): void {
  const seconds = samples[samples.length - 1]?.seconds ?? 1;
  const rates = samples.map(({ framesPerSecond }) => framesPerSecond).sort((a, b) => a - b);
  // From when the list is full on, which is when its memory should not grow any more.
  const full = samples.filter(({ shown }) => shown > 10_000).map(({ heapBytes }) => heapBytes / 2 ** 20);
  const heap = full.length < 2 ? 'the list was not full for long enough to tell' : `${full[0]?.toFixed(1)} MiB when full, ${full[full.length - 1]?.toFixed(1)} MiB at the end`;
  console.log(`${(written / seconds).toFixed(0)} records/s; frames/s lowest ${rates[0]?.toFixed(1)}, median ${rates[rates.length >> 1]?.toFixed(1)}; heap ${heap}`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ written, samples }, null, 1));
}

function parse(words: string[]): { seconds: number; rate: number; json: string | null } {
  const value = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const minutes = value('--minutes');
  return {
    seconds: minutes === undefined ? Number(value('--seconds') ?? 20) : Number(minutes) * 60,
    rate: Number(value('--rate') ?? 1000),
    json: value('--json') ?? null,
  };
}
