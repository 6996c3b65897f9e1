import { append, lines } from '../support/http';
import { replog } from '../support/replog';
import { expect, test } from '../support/fixtures';

test('a record tells all it has, and its body as JSON, text and bytes', async ({ console, server }) => {
  await append(server, [
    { channel: 'orders', text: '{"item":"book","count":2,"big":12345678901234567890}', headers: { trace: 'abc' }, id: 'order-17' },
  ]);
  await console.open('#/logs/default');
  await console.row(0).click();
  const panel = console.page.getByLabel('Record 0', { exact: true });
  await expect(panel).toContainText('order-17');
  await expect(panel).toContainText('trace');
  await expect(panel.locator('.body-text')).toContainText('"big": 12345678901234567890');
  await panel.getByRole('button', { name: 'Hex' }).click();
  await expect(panel.locator('.body-text')).toContainText('00000000 7b 22 69 74 65 6d 22 3a  22 62 6f 6f 6b 22 2c 22 {"item":"book","');
  await console.page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
});

test('bytes that are no text are shown as bytes', async ({ console, server }) => {
  await append(server, [{ channel: 'blobs', payload: Buffer.from([0, 255, 254, 16]).toString('base64') }]);
  await console.open('#/logs/default?record=0');
  const panel = console.page.getByLabel('Record 0', { exact: true });
  await expect(panel.locator('.body-text')).toContainText('00 ff fe 10');
  await expect(panel.getByRole('button', { name: 'Text' })).toHaveCount(0);
});

test('the history of a key, and the table with its newest record', async ({ console, server }) => {
  for (const color of ['blue', 'red', 'green']) await append(server, [{ channel: 'users', key: 'alice', text: color }, ...lines(20)]);
  await append(server, [{ channel: 'users', key: 'bob', text: 'grey' }]);
  await console.open('#/logs/default/table?channel=users');
  const rows = console.page.getByRole('row');
  await expect(rows.filter({ hasText: 'alice' })).toContainText('green');
  await expect(rows.filter({ hasText: 'bob' })).toContainText('grey');
  await console.page.getByRole('button', { name: 'alice' }).click();
  const history = console.page.locator('.key-history li');
  await expect(history).toHaveCount(3);
  await expect(history.first()).toContainText('green');
  await expect(history.last()).toContainText('blue');
  await append(server, [{ channel: 'users', key: 'bob', deleted: true }]);
  await expect(rows.filter({ hasText: 'bob' })).toHaveCount(0);
});

test('the commands to copy do what they say, whatever a record holds', async ({ console, server }) => {
  const text = `it's "quoted" $(touch /tmp/x) \`id\` \\ !\nsecond line <&> ü`;
  await append(server, [{ channel: "it's", key: '-k', text, headers: { 'a b': "x'y" } }]);
  await console.open('#/logs/default?record=0');
  await console.page.getByRole('button', { name: 'appends it again' }).click();
  const line = await console.page.locator('.copy-as .command code').first().innerText();
  await runInShell(line.replace(/^(.*\| )replog /s, `$1"$REPLOG_CLI" `));
  await console.page.getByRole('button', { name: 'reads it' }).click();
  const read = await console.page.locator('.copy-as .command code').first().innerText();
  const printed = await runInShell(read.replace(/^replog /, '"$REPLOG_CLI" ').replace('--from 0', '--from 1'));
  const record = JSON.parse(printed) as { channel: string; key: string; text: string; headers: object };
  expect([record.channel, record.key, record.text, record.headers]).toEqual(["it's", '-k', text, { 'a b': "x'y" }]);
  const curl = await console.page.locator('.copy-as .command code').last().innerText();
  expect(JSON.parse(await runInShell(curl)).records[0].text).toBe(text);
});

test('script in a message is text, wherever it is shown', async ({ console, server }) => {
  const script = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
  await append(server, [{ channel: script, key: script, text: script, headers: { [script]: script }, id: script }]);
  await append(server, [{ channel: 'json', text: JSON.stringify({ [script]: script }) }]);
  await replog(server, 'cursor', 'set', script, '1');
  await console.open('#/logs/default');
  await expect(console.row(0)).toContainText('<img src=x onerror=');
  for (const sequence of [0, 1]) {
    await console.row(sequence).click();
    await expect(console.page.locator('.body-text')).toContainText('<script>');
  }
  await console.open(`#/logs/default/table?channel=${encodeURIComponent(script)}`);
  await expect(console.page.getByRole('button', { name: script }).last()).toBeVisible();
  await console.open('#/nodes');
  await expect(console.page.getByRole('rowheader', { name: script })).toBeVisible();
  await console.open(`#/logs/${encodeURIComponent(script)}?contains=${encodeURIComponent(script)}`);
  await expect(console.page.getByRole('alert').first()).toBeVisible();
  expect(await console.page.evaluate(() => (window as unknown as { broken?: number }).broken)).toBeUndefined();
});

async function runInShell(line: string): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) =>
    execFile('/bin/sh', ['-c', line], (error, stdout, stderr) => (error ? reject(new Error(`${line}\n${stderr}`)) : resolve(stdout))),
  );
}
