/** A real browser for tests of pages: the system's Chromium, driven by playwright-core. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** What to do where there is no Chromium. */
export const HOW_TO_GET_CHROMIUM =
  'no Chromium found: `apt-get install chromium`, or name one in CHROMIUM_PATH';

/** Where Chromium is; undefined when there is none, which in CI (env `CI`) is an error. */
export function findChromium(): string | undefined {
  const path = PLACES.find((place) => place !== undefined && existsSync(place));
  if (path === undefined && process.env['CI'] !== undefined) throw new Error(HOW_TO_GET_CHROMIUM);
  return path;
}

/** Runs in the page: a breach of its policy becomes an error. Source, because Node knows no such event. */
const THROW_BREACHES = `addEventListener('securitypolicyviolation', (event) => {
  throw new Error('policy: ' + event.violatedDirective + ' ' + event.blockedURI);
})`;

/** Starts Chromium; the caller closes it. */
export function startChromium(executablePath: string): Promise<Browser> {
  // Root may not use the sandbox, and containers are often root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** A page that keeps everything that went wrong on it. */
export interface WatchedPage {
  readonly page: Page;
  /** Console messages, errors, requests to anywhere, breaches of the page's own policy, dialogs. */
  readonly complaints: readonly string[];
}

/** How a page is opened. */
export interface PageOptions {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

/** Opens a file in a page of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1_200, colorScheme = 'light', javaScriptEnabled = true }: PageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    javaScriptEnabled,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.addInitScript(THROW_BREACHES);
  await page.goto(url);
  return { page, complaints };
}
