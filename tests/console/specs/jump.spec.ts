import { append, lines } from '../support/http';
import { expect, test } from '../support/fixtures';

test('jumps to a sequence, and reads on to the live end', async ({ console, server }) => {
  await append(server, lines(900));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.getByLabel('Jump to a sequence or a time').fill('300');
  await console.page.keyboard.press('Enter');
  await console.expectTail('History');
  await expect(console.row(300)).toBeInViewport();
  await expect(console.page).toHaveURL(/at=300/);
  await console.page.getByRole('button', { name: 'Go live' }).click();
  await console.expectTail('Live');
  await expect(console.row(899)).toBeInViewport();
});

test('history that is scrolled to its end is live again, without a gap', async ({ console, server }) => {
  await append(server, lines(300));
  await console.open('#/logs/default?at=10');
  await console.expectTail('History');
  await expect(console.row(10)).toBeInViewport();
  await console.page.locator('.records').hover();
  await expect(async () => {
    await console.page.mouse.wheel(0, 5_000);
    await console.expectTail('Live');
  }).toPass();
  await append(server, lines(1, 'room-1', 300));
  await expect(console.row(300)).toBeVisible();
  expect(await console.allSequences()).toEqual(Array.from({ length: 301 }, (_, at) => at));
});

test('jumps to a time', async ({ console, server }) => {
  await append(server, lines(200));
  const first = await append(server, lines(1, 'later', 0));
  const page = await fetch(`${server.url}/v1/logs/default/messages?from=${first}&limit=1`);
  const { records } = (await page.json()) as { records: { time: string }[] };
  await append(server, lines(200));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.getByLabel('Jump to a sequence or a time').fill(records[0]?.time as string);
  await console.page.keyboard.press('Enter');
  await console.expectTail('History');
  // To the millisecond, which is what a browser's time has.
  const at = new Date(records[0]?.time as string).toISOString();
  await expect(console.page).toHaveURL(new RegExp(encodeURIComponent(at).replace(/\./g, '\\.')));
  await expect(console.row(first)).toBeInViewport();
});

test('what is neither a sequence nor a time is refused in words', async ({ console, server }) => {
  await append(server, lines(1));
  await console.open('#/logs/default');
  await console.page.getByLabel('Jump to a sequence or a time').fill('yesterdayish');
  await console.page.keyboard.press('Enter');
  await expect(console.page.getByRole('alert')).toContainText('Neither a sequence nor a time');
});

test('a place that the log has not come to says so, and leads back', async ({ console, server }) => {
  await append(server, lines(5));
  await console.open('#/logs/default?at=70000');
  await expect(console.page.getByRole('alert')).toContainText('70000');
  await console.page.getByRole('button', { name: 'Go to the newest' }).click();
  await console.expectTail('Live');
  await expect(console.row(4)).toBeVisible();
});
