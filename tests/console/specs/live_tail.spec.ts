import { append, lines } from '../support/http';
import { expect, nextFrames, test } from '../support/fixtures';

test('shows what there is and then what comes', async ({ console, server }) => {
  await append(server, lines(3));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await expect(console.rows).toHaveCount(3);
  await append(server, [{ channel: 'room-2', text: 'a new one' }]);
  await expect(console.row(3)).toContainText('a new one');
  await expect(console.page.getByRole('button', { name: 'room-2' })).toBeVisible();
});

test('a server that is killed and started again: every record once, and the break is seen', async ({ console, server }) => {
  await append(server, lines(20));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await server.kill();
  await console.expectTail('Reconnecting');
  await server.start();
  await append(server, lines(20, 'room-1', 20));
  await console.expectTail('Live');
  await expect(console.row(39)).toContainText('message 39');
  await expect(console.page.locator('.banner')).toBeHidden();
  expect(await console.allSequences()).toEqual(Array.from({ length: 40 }, (_, at) => at));
  await expect(console.page.getByText('40 records, 0 to 39')).toBeVisible();
});

test('appends under way while the server is killed three times', async ({ console, server }) => {
  await append(server, lines(1));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  let appended = 1;
  for (let round = 0; round < 3; round++) {
    for (let batch = 0; batch < 10; batch++, appended += 5) await append(server, lines(5, 'room-1', appended));
    await server.kill();
    await console.expectTail('Reconnecting');
    await server.start();
  }
  await append(server, lines(1, 'room-1', appended));
  await expect(console.row(appended)).toBeVisible({ timeout: 20_000 });
  expect(await console.allSequences()).toEqual(Array.from({ length: appended + 1 }, (_, at) => at));
});

test('paused, it stands still and counts; then nothing is missing', async ({ console, server }) => {
  await append(server, lines(5));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.getByRole('button', { name: 'Pause' }).click();
  await console.expectTail('Paused');
  await append(server, lines(50, 'room-1', 5));
  await expect(console.page.getByRole('button', { name: '50 new' })).toBeVisible();
  await expect(console.rows).toHaveCount(5);
  await console.page.getByRole('button', { name: '50 new' }).click();
  await console.expectTail('Live');
  await expect(console.row(54)).toBeVisible();
  expect(await console.allSequences()).toEqual(Array.from({ length: 55 }, (_, at) => at));
});

test('scrolling up holds the view, scrolling down lets it go on', async ({ console, server }) => {
  await append(server, lines(150));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.locator('.records').hover();
  await console.page.mouse.wheel(0, -600);
  await console.expectTail('Paused');
  const top = await console.rows.first().getAttribute('data-sequence');
  await append(server, lines(10, 'room-1', 150));
  await expect(console.page.getByRole('button', { name: '10 new' })).toBeVisible();
  await nextFrames(console.page);
  expect(await console.rows.first().getAttribute('data-sequence')).toBe(top);
  await console.page.mouse.wheel(0, 100_000);
  await console.expectTail('Live');
  await expect(console.row(159)).toBeVisible();
});

test('a search shows what matches, of the past and of what comes', async ({ console, server }) => {
  await append(server, [...lines(40), { channel: 'room-2', text: 'A Needle' }, ...lines(300)]);
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.getByLabel('Search in text').fill('needle');
  await expect(console.rows).toHaveCount(1);
  await expect(console.row(40).locator('mark')).toHaveText('Needle');
  await append(server, [...lines(5), { channel: 'room-3', text: 'hay', headers: { note: 'needle' } }]);
  await expect(console.row(346)).toBeVisible();
  await expect(console.rows).toHaveCount(2);
});

test('history goes back to the first record, without a gap', async ({ console, server }) => {
  for (let batch = 0; batch < 3; batch++) await append(server, lines(400, 'room-1', batch * 400));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  const seen = await console.allSequences();
  expect(seen).toEqual(Array.from({ length: 1200 }, (_, at) => at));
  await expect(console.page.getByText('from the first that is kept')).toBeVisible();
});
