import { test as base, expect, type Page } from '@playwright/test';
import { Replogd } from './replogd';

interface Fixtures {
  flags: string[];
  server: Replogd;
  faults: string[];
  console: ConsolePage;
}

// Each test has a server of its own, and a page that must not break a rule: no exception, no error in the browser's
// console, nothing that the content-security policy refuses, nothing fetched from anywhere else.
export const test = base.extend<Fixtures>({
  flags: [[], { option: true }],
  server: async ({ flags }, use) => {
    const server = new Replogd(flags);
    try {
      await server.start();
      await use(server);
    } finally {
      await server.close();
    }
  },
  faults: async ({ page, server }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !isRefusal(message.text())) faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) faults.push(`asks ${request.url()}`);
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    await use(faults);
    expect(faults).toEqual([]);
  },
  console: async ({ page, server, faults }, use) => {
    void faults;
    await use(new ConsolePage(page, server));
  },
});

export { expect };

// Chromium tells of each answer that is not 2xx, and of each connection that fails; tests make these happen.
function isRefusal(text: string): boolean {
  return text.startsWith('Failed to load resource') || text.includes('net::ERR_');
}

// The console in words of what one does there.
export class ConsolePage {
  constructor(
    readonly page: Page,
    private readonly server: Replogd,
  ) {}

  async open(place = ''): Promise<void> {
    await this.page.goto(`${this.server.url}/${place}`);
    await expect(this.page.locator('main')).toBeVisible();
  }

  get rows() {
    return this.page.locator('.records-body [role=row]');
  }

  row(sequence: number) {
    return this.page.locator(`.records-body [data-sequence="${sequence}"]`);
  }

  // The state of the live tail in a word, as Live or Paused.
  async expectTail(state: string): Promise<void> {
    await expect(this.page.locator('.live')).toHaveAttribute('data-state', state, { timeout: 20_000 });
  }

  // All sequences that the list holds, by scrolling through it from its bottom to its top.
  async allSequences(): Promise<number[]> {
    const seen = new Set<number>();
    const list = this.page.locator('.records');
    for (let atTop = false; !atTop; ) {
      const shown = await this.rows.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-sequence'))));
      for (const sequence of shown) seen.add(sequence);
      const from = await list.evaluate((element) => element.scrollTop);
      await list.evaluate((element) => (element.scrollTop -= element.clientHeight / 2));
      await nextFrames(this.page);
      await expect(this.page.locator('.tail-status .spinner')).toHaveCount(0); // it has read what is older
      atTop = from === 0 && (await list.evaluate((element) => element.scrollTop)) === 0;
    }
    return [...seen].sort((a, b) => a - b);
  }
}

// Two, so that what the first has caused is drawn.
export function nextFrames(page: Page): Promise<void> {
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
}
