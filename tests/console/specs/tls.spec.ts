import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test as base } from '../support/fixtures';

// A server with TLS and tokens, as one has it in earnest.
const test = base.extend<{ secured: { flags: string[]; token: string } }>({
  ignoreHTTPSErrors: true, // nobody vouches for the test's certificate
  secured: async ({}, use) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'replog-tls-'));
    const file = (name: string) => path.join(directory, name);
    execFileSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('crt.pem'),
    ], { stdio: 'ignore' });
    const words = ['token', 'create', '--file', file('access.yaml'), '--principal', 'ops', '--grant', 'read,append,node,admin:*,_*'];
    const token = execFileSync(process.env.REPLOG_CLI as string, words, { stdio: 'pipe' }).toString().trim();
    const flags = ['--tls-certificate', file('crt.pem'), '--tls-key', file('key.pem'), '--access-file', file('access.yaml')];
    await use({ flags, token });
    rmSync(directory, { recursive: true });
  },
  flags: async ({ secured }, use) => use(secured.flags),
});

test('over TLS with a token: log in, append, tail, and commands that do so too', async ({ console, secured }) => {
  await console.open('#/logs/default');
  await console.page.getByLabel('Token', { exact: true }).fill(secured.token);
  await console.page.keyboard.press('Enter');
  await console.expectTail('Live');
  await console.page.keyboard.press('a');
  await console.page.getByRole('dialog').getByLabel('Channel').fill('room-1');
  await console.page.getByRole('dialog').getByLabel('Body', { exact: true }).fill('over TLS');
  await console.page.keyboard.press('Control+Enter');
  await console.page.keyboard.press('Escape');
  await console.row(0).click();
  const commands = console.page.locator('.copy-as .command code');
  await expect(commands.nth(0)).toContainText('--tls');
  await expect(commands.nth(1)).not.toContainText('-plaintext');
  await expect(commands.nth(2)).toContainText('-H "Authorization: Bearer $REPLOG_TOKEN" \'https://');
  await expect(console.page.locator('main')).not.toContainText(secured.token);
});
