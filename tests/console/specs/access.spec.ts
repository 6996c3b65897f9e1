import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from '../support/fixtures';
import { append as appendAs } from '../support/as_principal';

// Two principals: `chat` may read and append room-*, `ops` everything.
interface Access {
  access: { file: string; tokens: Record<'chat' | 'ops', string>; directory: string };
}

const test = base.extend<Access>({
  access: async ({}, use) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'replog-access-'));
    const file = path.join(directory, 'access.yaml');
    const create = (principal: string, ...grants: string[]) =>
      execFileSync(process.env.REPLOG_CLI as string, [
        'token', 'create', '--file', file, '--principal', principal, ...grants.flatMap((grant) => ['--grant', grant]),
      ], { stdio: 'pipe' }).toString().trim();
    const tokens = { chat: create('chat', 'read,append:default:room-*'), ops: create('ops', 'read,append,node,admin:*,_*', 'lease:*') };
    await use({ file, tokens, directory });
    rmSync(directory, { recursive: true });
  },
  flags: async ({ access }, use) => use(['--access-file', access.file]),
});

async function logIn(page: import('@playwright/test').Page, token: string): Promise<void> {
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test('without a token it asks for one; a wrong one is refused; a reload forgets', async ({ console, access }) => {
  await console.open();
  await expect(console.page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await logIn(console.page, 'not-a-token-of-this-server');
  await expect(console.page.getByRole('alert')).toContainText('token');
  await logIn(console.page, access.tokens.ops);
  await expect(console.page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(console.page.locator('.who')).toContainText('ops');
  const stored = await console.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  expect(stored).not.toContain(access.tokens.ops);
  await console.page.reload();
  await expect(console.page.getByRole('heading', { name: 'Log in' })).toBeVisible();
});

test('a principal sees what it is granted, and a refusal says which grant is missing', async ({ console, server, access }) => {
  await appendAs(server, access.tokens.ops, [
    { channel: 'room-1', text: 'for the room' },
    { channel: 'secrets', text: 'for others' },
    { channel: 'room-2', text: 'for both rooms' },
  ]);
  await console.open('#/logs/default');
  await logIn(console.page, access.tokens.chat);
  await console.expectTail('Live');
  await expect(console.row(0)).toContainText('for the room');
  await expect(console.row(2)).toContainText('for both rooms');
  await expect(console.page.getByText('for others')).toHaveCount(0);
  await expect(console.page.getByText('secrets')).toHaveCount(0);
  await console.page.getByRole('button', { name: 'Append', exact: true }).click();
  const dialog = console.page.getByRole('dialog');
  await dialog.getByLabel('Channel').fill('secrets');
  await dialog.getByLabel('Body', { exact: true }).fill('x');
  await dialog.getByRole('button', { name: 'Append', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Missing: the grant append:default:secrets');
  await console.page.keyboard.press('Escape');
  await console.page.getByRole('button', { name: /what is granted/ }).click();
  await expect(console.page.getByRole('dialog')).toContainText('room-*');
  await console.page.keyboard.press('Escape');
  await console.page.getByRole('link', { name: 'Overview', exact: true }).click();
  await expect(console.page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await expect(console.page.getByRole('region', { name: 'Append latency' })).toHaveCount(0);
  await expect(console.page.getByText('_system')).toHaveCount(0);
});

test('logging out ends the tail and forgets what was shown', async ({ console, server, access }) => {
  await appendAs(server, access.tokens.ops, [{ channel: 'room-1', text: 'for the room' }]);
  await console.open('#/logs/default');
  await logIn(console.page, access.tokens.ops);
  await console.expectTail('Live');
  await console.page.getByRole('button', { name: 'Log out' }).click();
  await expect(console.page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await expect(console.page.getByText('for the room')).toHaveCount(0);
});

test('a token that is revoked ends the tail, and leads to the log-in', async ({ console, server, access }) => {
  await appendAs(server, access.tokens.ops, [{ channel: 'room-1', text: 'for the room' }]);
  await console.open('#/logs/default');
  await logIn(console.page, access.tokens.chat);
  await console.expectTail('Live');
  const revoke = ['token', 'revoke', '--file', access.file, '--principal', 'chat', '--id', 't1'];
  execFileSync(process.env.REPLOG_CLI as string, revoke, { stdio: 'pipe' });
  await expect(console.page.getByRole('heading', { name: 'Log in' })).toBeVisible({ timeout: 30_000 });
});
