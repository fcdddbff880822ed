/** Demo people of the local Clerk, and pages on which they are signed in. */
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
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
  as: async ({ browser, stack }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (who, path, options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      const page = await context.newPage();
      await signIn(page, stack, who, path);
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect };
