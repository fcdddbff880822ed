/** Demo people of the local Clerk, and pages on which they are signed in. */
import { test as base, expect, type Browser, type BrowserContext, type Page, type Request } from '@playwright/test';
import { startStack, type Stack } from './stack';

export const PASSWORD = 'not-a-secret';

export const EMAIL = {
  ada: 'ada@example.com',
  mel: 'mel@example.com',
  vic: 'vic@example.com',
  sam: 'sam@example.com',
  rob: 'rob@example.org',
  uma: 'uma@example.org',
} as const;

export type Somebody = keyof typeof EMAIL;

interface ClerkInPage {
  loaded: boolean;
  client: { signIn: { create: (fields: object) => Promise<{ createdSessionId: string }> } };
  setActive: (settings: { session?: string; organization?: string | null }) => Promise<void>;
}

declare global {
  interface Window {
    Clerk?: ClerkInPage;
  }
}

/** Signs in through clerk-js itself, without its form, which has a test of its own. */
export async function signIn(page: Page, stack: Stack, who: Somebody, path = 'board'): Promise<void> {
  await page.goto(`${stack.url}/app/sign-in`);
  await page.waitForFunction(() => window.Clerk?.loaded === true);
  await page.evaluate(
    async ([identifier, password]) => {
      const attempt = await window.Clerk?.client.signIn.create({ strategy: 'password', identifier, password });
      await window.Clerk?.setActive({ session: attempt?.createdSessionId ?? '' });
    },
    [EMAIL[who], PASSWORD] as const,
  );
  await page.goto(`${stack.url}/app/${path}`);
}

/** What each page has asked and is not answered. */
const asked = new WeakMap<Page, Set<Request>>();

function watch(page: Page): void {
  const open = new Set<Request>();
  asked.set(page, open);
  page.on('request', (request) => {
    // The stream of events has no end.
    if (!request.url().endsWith('/api/events')) open.add(request);
  });
  const over = (request: Request): boolean => open.delete(request);
  page.on('requestfinished', over);
  page.on('requestfailed', over);
}

/** Until the page has asked nothing for a moment. Its network is never idle, as it listens to events. */
export async function quiet(page: Page): Promise<void> {
  let since = Date.now();
  for (const deadline = since + 15_000; Date.now() - since < 300 && Date.now() < deadline; ) {
    if ((asked.get(page)?.size ?? 0) > 0) since = Date.now();
    await page.waitForTimeout(50);
  }
}

interface Fixtures {
  /** Settings of the program, as environment variables: `test.use({ settings: { … } })`. */
  settings: Record<string, string>;
  stack: Stack;
  /** A page in a browser of its own on which somebody is signed in. */
  as: (who: Somebody, path?: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  stack: async ({ settings }, use) => {
    const stack = await startStack(settings);
    await use(stack);
    await stack.stop();
  },
  page: async ({ page }, use) => {
    watch(page);
    await use(page);
  },
  as: async ({ browser, stack }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who, path, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      watch(page);
      await signIn(page, stack, who, path);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };
