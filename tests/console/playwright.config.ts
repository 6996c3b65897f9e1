import { defineConfig } from '@playwright/test';

// One browser and one server at a time: the machine that runs this runs other tests beside it.
export default defineConfig({
  testDir: 'specs',
  outputDir: process.env.CONSOLE_TEST_RESULTS ?? 'results',
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000, // only ends what hangs
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // A sandbox needs what root in a container does not have; the pages are ours.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
