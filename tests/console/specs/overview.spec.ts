import { append, lines } from '../support/http';
import { Node, replog } from '../support/replog';
import { expect, test } from '../support/fixtures';

test('a new server explains the first steps', async ({ console }) => {
  await console.open();
  await expect(console.page.getByText('Nothing has been written yet')).toBeVisible();
  await expect(console.page.locator('.empty .command').first()).toContainText("append room-1 'Hello everyone!'");
});

test('logs with their figures, and the charts of the last hour', async ({ console, server }) => {
  await replog(server, 'logs', 'create', 'audit', '--durability', 'os', '--retention-age', '2d');
  const node = new Node(server, 'printer');
  try {
    await console.open();
    await append(server, lines(700));
    const row = (name: string) => console.page.getByRole('row', { name: new RegExp(`^${name} `) });
    await expect(row('default').locator('td').nth(5)).toHaveText('700');
    await expect(row('audit')).toContainText('os: not synced');
    await expect(row('audit')).toContainText('2 d');
    for (const title of ['Throughput', 'Append latency', 'Node lag', 'Disk']) {
      await expect(console.page.getByRole('region', { name: title }).getByRole('img')).toBeVisible({ timeout: 30_000 });
    }
    await expect(console.page.getByRole('region', { name: 'Throughput' }).getByRole('img')).toHaveAttribute('aria-label', /at most \d/);
  } finally {
    await node.end();
  }
});

test('the banner comes and goes with the server', async ({ console, server }) => {
  await console.open();
  await expect(console.page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await server.kill();
  await expect(console.page.getByText('The server does not answer')).toBeVisible();
  await server.start();
  await expect(console.page.getByText('The server does not answer')).toBeHidden();
});
