import { expect, test } from '../support/fixtures';

test('an empty log tells how to begin, and the form appends', async ({ console }) => {
  await console.open('#/logs/default');
  await expect(console.page.getByText('Nothing in default yet')).toBeVisible();
  await expect(console.page.locator('.empty .command')).toContainText("append room-1 'Hello everyone!'");
  await console.page.getByRole('button', { name: 'Append a record' }).click();
  const dialog = console.page.getByRole('dialog', { name: 'Append to default' });
  await dialog.getByLabel('Channel').fill('room-1');
  await dialog.getByLabel('Body', { exact: true }).fill('first words');
  await dialog.getByRole('button', { name: 'Append', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('Appended as record 0, synced to disk');
  await dialog.getByLabel('Body', { exact: true }).fill('second words');
  await dialog.getByRole('button', { name: 'Append', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('Appended as record 1');
  await console.page.keyboard.press('Escape');
  await expect(console.row(0)).toContainText('first words');
  await expect(console.row(1)).toContainText('second words');
});

test('what is wrong is said at the field: by the page, and by the server', async ({ console }) => {
  await console.open('#/logs/default');
  await console.page.getByRole('button', { name: 'Append', exact: true }).click();
  const dialog = console.page.getByRole('dialog');
  const send = dialog.getByRole('button', { name: 'Append', exact: true });
  await send.click();
  await expect(dialog.getByText('A record needs a channel')).toBeVisible();
  await expect(dialog.getByLabel('Channel')).toBeFocused();
  await dialog.getByLabel('Channel').fill('with*star');
  await send.click();
  await expect(dialog.getByLabel('Channel')).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.getByRole('alert')).toContainText('channel');
  await dialog.getByLabel('Channel').fill('room-1');
  await dialog.getByRole('button', { name: 'JSON' }).click();
  await dialog.getByLabel('Body', { exact: true }).fill('{"open":');
  await send.click();
  await expect(dialog.getByText('This is not JSON')).toBeVisible();
  await dialog.getByRole('button', { name: 'Delete the key' }).click();
  await send.click();
  await expect(dialog.getByText('What is to be deleted is a key')).toBeVisible();
});

test('headers, id and expiry; a second time the id is a duplicate', async ({ console, server }) => {
  await console.open('#/logs/default');
  await console.expectTail('Live');
  await console.page.keyboard.press('a');
  const dialog = console.page.getByRole('dialog');
  const send = dialog.getByRole('button', { name: 'Append', exact: true });
  await dialog.getByLabel('Channel').fill('sessions');
  await dialog.getByLabel('Key').fill('bob');
  await dialog.getByText('Headers, id, version, expiry').click();
  await dialog.getByRole('button', { name: 'Header', exact: true }).click();
  await dialog.getByLabel('Name of header 1').fill('user');
  await dialog.getByLabel('Value of header 1').fill('ada');
  await dialog.getByLabel('Expires').fill('2h');
  for (const said of ['Appended as record 0', 'Not appended again: record 0 has this id']) {
    await dialog.getByRole('textbox', { name: /^Id/ }).fill('once');
    await send.click();
    await expect(dialog.getByRole('status')).toContainText(said);
  }
  const { records } = (await (await fetch(`${server.url}/v1/logs/default/messages`)).json()) as { records: Record<string, unknown>[] };
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({ channel: 'sessions', key: 'bob', id: 'once', headers: { user: 'ada' } });
  expect(Date.parse(records[0]?.expires as string) - Date.parse(records[0]?.time as string)).toBeGreaterThan(7_000_000);
});
