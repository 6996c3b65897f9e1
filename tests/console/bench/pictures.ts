import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { append } from '../support/http';
import { Node, replog } from '../support/replog';
import { Replogd } from '../support/replogd';

// Pictures of every view, of a server with some life in it: pictures FOLDER [SECONDS of life before, default 300].
const folder = path.resolve(process.argv[2] ?? 'pictures');
const seconds = Number(process.argv[3] ?? 300);
mkdirSync(folder, { recursive: true });

const PEOPLE = ['ada', 'grace', 'linus', 'barbara', 'edsger', 'margaret'];
const SAID = [
  'deploy of payments finished', 'who has the release notes?', 'looks good to me', 'the new dashboard is live',
  'retrying, the first attempt timed out', 'thanks!', 'rolling back to 1.4.2', 'all green again', 'lunch?',
];

const server = new Replogd();
await server.start();
const nodes: Node[] = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await prepare();
  await live(seconds);
  await takeAll(browser);
} finally {
  await browser.close();
  for (const node of nodes) await node.end();
  await server.close();
}

async function prepare(): Promise<void> {
  await replog(server, 'logs', 'create', 'orders', '--retention-age', '30d');
  await replog(server, 'logs', 'create', 'clicks', '--durability', 'os', '--retention-bytes', '10GiB');
  await append(server, PEOPLE.map((key, at) => ({ channel: 'users', key, text: JSON.stringify({ name: key, color: ['blue', 'red'][at % 2], logins: at }) })));
  for (const name of ['gateway-1', 'gateway-2', 'gateway-3']) nodes.push(new Node(server, name, '--fleet', 'gateways'));
  nodes.push(new Node(server, 'archive'));
  await replog(server, 'lease', 'acquire', 'nightly-report', '--holder', 'worker-2', '--ttl', '1h');
  await replog(server, 'lease', 'acquire', 'leader', '--holder', 'worker-1', '--ttl', '30m');
}

// Writes with a rate that goes up and down, while one node stands still now and then.
async function live(during: number): Promise<void> {
  const slow = nodes[1] as Node;
  for (let at = 0; at < during * 4; at++) {
    const rate = 30 + 25 * Math.sin(at / 60) + 12 * Math.sin(at / 17) + 6 * Math.random();
    await append(server, Array.from({ length: Math.max(1, Math.round(rate)) }, (_, one) => message(at * 7 + one)));
    await append(server, [order(at)], 'orders');
    await append(server, Array.from({ length: 20 }, (_, one) => ({ channel: 'clicks', text: `GET /item/${at + one}` })), 'clicks');
    if (at % 160 === 60) slow.freeze();
    if (at % 160 === 120) slow.thaw();
    await new Promise((resolve) => setTimeout(resolve, 240));
  }
  slow.thaw();
}

function message(seed: number): object {
  const user = PEOPLE[seed % PEOPLE.length] as string;
  if (seed % 9 === 4) return { channel: 'users', key: user, text: JSON.stringify({ name: user, color: ['blue', 'red', 'green'][seed % 3], logins: seed }) };
  return { channel: `room-${1 + (seed % 4)}`, text: SAID[(seed * 5) % SAID.length], headers: { user } };
}

function order(at: number): object {
  return { channel: 'orders', key: `order-${at}`, id: `order-${at}`, text: JSON.stringify({ item: 'book', count: 1 + (at % 3), paid: at % 4 !== 0 }) };
}

async function takeAll(chrome: Browser): Promise<void> {
  const last = await append(server, [{ ...message(4), headers: { user: 'ada', trace: '4bf92f3577b34da6' } }]);
  const places = {
    overview: '#/', records: '#/logs/default', record: `#/logs/default?record=${last}`, search: '#/logs/default?contains=rolling',
    table: '#/logs/default/table?channel=users', nodes: '#/nodes',
  };
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries({ wide: { width: 1360, height: 800 }, phone: { width: 360, height: 740 } })) {
      const page = await chrome.newPage({ viewport, colorScheme });
      for (const [name, place] of Object.entries(places)) {
        await page.goto(`${server.url}/${place}`);
        await page.locator('main .spinner').first().waitFor({ state: 'detached' });
        if (name === 'nodes') await page.getByRole('button', { name: 'Check now' }).click();
        if (name === 'nodes') await page.getByText('Has it').first().waitFor();
        await page.waitForTimeout(1200); // the charts' next figures; nothing depends on it
        await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`) });
      }
      await page.close();
    }
  }
}
