import { append, lines } from '../support/http';
import { Node, replog } from '../support/replog';
import { expect, test } from '../support/fixtures';

test('a log without nodes tells how to get one', async ({ console }) => {
  await console.open('#/nodes');
  await expect(console.page.getByText('No node follows this log')).toBeVisible();
  await expect(console.page.getByText('tail --node printer --fleet printers')).toBeVisible();
});

test('a node falls behind and catches up; the sync check waits for it and turns green', async ({ console, server }) => {
  await append(server, lines(10));
  const [quick, slow] = [new Node(server, 'quick', '--fleet', 'printers'), new Node(server, 'slow', '--fleet', 'printers')];
  try {
    await Promise.all([quick.printed('message 9'), slow.printed('message 9')]);
    await console.open('#/nodes');
    const row = (name: string) => console.page.locator(`tr[data-node="${name}"]`);
    await expect(row('quick')).toContainText('Tailing');
    await expect(row('quick')).toContainText('127.0.0.1');
    await expect(row('slow').locator('.lag')).toHaveText('0');
    slow.freeze();
    await append(server, lines(500));
    await expect(row('slow').locator('.lag')).toHaveText('500');
    await expect(row('quick').locator('.lag')).toHaveText('0');
    await console.page.getByRole('button', { name: 'Check now' }).click();
    await expect(row('quick')).toContainText('Has it');
    await expect(row('slow')).toContainText('Not yet');
    slow.thaw();
    await expect(row('slow')).toContainText('Has it');
    await expect(console.page.getByText('Every node has it. 2 of 2 nodes.')).toBeVisible();
    await expect(row('slow').locator('.lag')).toHaveText('0');
    await slow.end();
    await expect(row('slow')).toContainText('Gone');
  } finally {
    await quick.end();
    await slow.end();
  }
});

test('an audit tells which nodes hold no table, and leases show holder and token', async ({ console, server }) => {
  await append(server, [{ channel: 'users', key: 'alice', text: 'blue' }]);
  const token = (await replog(server, 'lease', 'acquire', 'leader', '--holder', 'ops-1', '--ttl', '1h')).trim();
  const node = new Node(server, 'printer');
  try {
    await node.printed('blue');
    await console.open('#/nodes');
    await expect(console.page.getByRole('row', { name: /leader/ })).toContainText(token);
    await expect(console.page.getByRole('row', { name: /leader/ })).toContainText('ops-1');
    await console.page.getByRole('button', { name: 'Compare' }).click();
    await expect(console.page.locator('tr[data-node="printer"]')).toContainText('No answer', { timeout: 30_000 });
  } finally {
    await node.end();
  }
});
