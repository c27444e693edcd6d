/**
 * How the journeys run: in Debian's Chromium (no browser is downloaded), against the real binary, with a report that
 * scripts/test.py counts. A failed journey is not tried again: what fails now and then is a defect.
 */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "journeys",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 30_000 },
  outputDir: "../test-results/e2e",
  reporter: [["list"], ["json", { outputFile: "../test-results/e2e.json" }]],
  use: {
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    viewport: { width: 1366, height: 768 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.MINGCHA_TEST_CHROMIUM ?? "/usr/bin/chromium",
      // No sandbox: containers run the tests as root. The rest keeps the browser from calling its maker during a test.
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-sync",
        "--disable-component-update",
        // The name of the TLS journeys leads to this machine, without touching its list of hosts.
        "--host-resolver-rules=MAP mingcha.test 127.0.0.1",
      ],
    },
  },
});
