import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { append, lines } from '../support/http';
import { expect, test } from '../support/fixtures';

// Everybody can use it: by keyboard alone, on a phone, with a screen reader, in light and dark.

const VIEWS = {
  overview: '#/',
  records: '#/logs/default',
  'a record': '#/logs/default?record=1',
  table: '#/logs/default/table?channel=users',
  nodes: '#/nodes',
};

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any view, ${colorScheme}`, async ({ console, server }) => {
    await append(server, [...lines(5), { channel: 'users', key: 'alice', text: '{"color":"blue"}' }]);
    await console.page.emulateMedia({ colorScheme });
    for (const [name, place] of Object.entries(VIEWS)) {
      await console.open(place);
      await settled(console.page);
      expect(await serious(console.page), name).toEqual([]);
    }
    await console.page.keyboard.press('?');
    expect(await serious(console.page), 'help').toEqual([]);
    await console.page.keyboard.press('Escape');
    await console.open('#/logs/default');
    await console.expectTail('Live');
    await console.page.keyboard.press('a');
    await console.page.getByRole('dialog').getByRole('button', { name: 'Append', exact: true }).click();
    expect(await serious(console.page), 'the append form with a fault').toEqual([]);
  });
}

test('axe finds nothing serious where there is nothing yet', async ({ console }) => {
  for (const [name, place] of Object.entries(VIEWS)) {
    await console.open(place);
    await settled(console.page);
    expect(await serious(console.page), name).toEqual([]);
  }
});

async function settled(page: Page): Promise<void> {
  await expect(page.locator('main .spinner')).toHaveCount(0);
}

async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join('; ')}`);
}

test('a phone: every view fits, and a record opens and closes', async ({ console, server }) => {
  await append(server, [...lines(40), { channel: 'users', key: 'alice', text: '{"color":"blue"}' }]);
  await console.page.setViewportSize({ width: 360, height: 740 });
  for (const [name, place] of Object.entries(VIEWS)) {
    await console.open(place);
    await settled(console.page);
    const over = await console.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, `${name} is wider than the phone`).toBeLessThanOrEqual(0);
  }
  await console.open('#/logs/default');
  await console.page.getByRole('combobox', { name: 'Channel', exact: true }).selectOption('users');
  await expect(console.rows).toHaveCount(1);
  await console.row(40).click();
  await expect(console.page.getByText('"color": "blue"')).toBeVisible();
  await console.page.getByRole('button', { name: 'Close the record' }).click();
  await expect(console.row(40)).toBeVisible();
});

test('by keyboard alone: skip, find, open, append, leave', async ({ console, server }) => {
  await append(server, lines(30));
  const { page } = console;
  const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  await console.open();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await press('l');
  await console.expectTail('Live');
  await press('j');
  await expect(page.getByRole('grid')).toBeFocused();
  await press('End', 'ArrowUp', 'Enter');
  await expect(page.getByLabel('Record 28', { exact: true })).toBeVisible();
  await expect(page.locator('[aria-selected=true]')).toHaveAttribute('data-sequence', '28');
  await press('Escape', 's');
  await page.keyboard.type('3');
  await press('Enter');
  await expect(page).toHaveURL(/at=3/);
  await press('/');
  await page.keyboard.type('message 17');
  await expect(console.rows).toHaveCount(1);
  await press('Enter');
  await expect(page.getByRole('grid')).toBeFocused();
  await press('a');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.type('room-9');
  await press('Tab', 'Tab');
  for (let step = 0; step < 6 && !(await page.getByLabel('Body', { exact: true }).evaluate((e) => e === document.activeElement)); step++) await press('Tab');
  await page.keyboard.type('typed');
  await press('Control+Enter');
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('Appended as record 30');
  await press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await press('n');
  await expect(page.getByRole('heading', { name: 'Nodes' })).toBeVisible();
  await press('?');
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
});

test('the focus can be seen wherever it is', async ({ console, server }) => {
  await append(server, lines(3));
  await console.open('#/logs/default');
  await console.expectTail('Live');
  for (let step = 0; step < 14; step++) {
    await console.page.keyboard.press('Tab');
    const shown = await console.page.evaluate(() => {
      const style = getComputedStyle(document.activeElement as Element);
      return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
    });
    expect(shown, await console.page.evaluate(() => document.activeElement?.outerHTML ?? '')).toBe(true);
  }
});

test('the colours can be chosen, and stay', async ({ console }) => {
  await console.page.emulateMedia({ colorScheme: 'light' });
  await console.open();
  const dark = () => console.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await dark();
  const button = console.page.getByRole('button', { name: /^Colours/ });
  await button.click();
  await button.click();
  await expect(button).toHaveAccessibleName('Colours: dark');
  expect(await dark()).not.toBe(before);
  await console.page.reload();
  await expect(button).toHaveAccessibleName('Colours: dark');
});
