/** Every page: no serious accessibility fault, in light, dark and narrow; and a picture of it for people to look at. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, signIn, test, quiet } from './people';

const PAGES = ['board', 'tasks', 'overview', 'members', 'trash', 'plan', 'audit', 'settings', 'nowhere'];

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 860 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 860 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

async function settled(page: Page): Promise<void> {
  await quiet(page);
  await expect(page.getByText('Loading', { exact: true })).toHaveCount(0);
  await page.waitForTimeout(300);
}

async function hasNoSeriousFault(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
  expect(serious.map((one) => `${where}: ${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}

for (const look of LOOKS) {
  test(`${look.name}: every page is accessible @screenshots`, async ({ as }) => {
    test.setTimeout(180_000);
    const { name, ...options } = look;
    const page = await as('ada', 'board', options);
    const looked = async (what: string): Promise<void> => {
      await settled(page);
      await page.screenshot({ path: `screenshots/${what}-${name}.png` });
      await hasNoSeriousFault(page, what);
    };
    await page.getByRole('button', { name: 'New task' }).click();
    await looked('new-task');
    await page.getByLabel('Title').fill('Varnish the long table');
    await page.getByLabel('Labels').fill('finish, hall');
    await page.getByLabel('Assignee').last().selectOption({ label: 'Mel Osei' });
    await page.getByRole('button', { name: 'Create task' }).click();
    await expect(page.getByRole('dialog')).toHaveCount(0);
    for (const path of PAGES) {
      await page.goto(new URL(`/app/${path}`, page.url()).href);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await looked(path);
    }
    await page.goto(new URL('/app/board', page.url()).href);
    await page.getByRole('button', { name: 'Varnish the long table', exact: true }).click();
    await expect(page.getByRole('dialog').getByLabel('Title')).toHaveValue('Varnish the long table');
    await looked('task');
    await page.getByRole('tab', { name: 'Comments' }).click();
    await page.getByLabel('New comment').fill('Two coats, please.\nThe second one thinner.');
    await page.getByRole('button', { name: 'Comment', exact: true }).click();
    await expect(page.getByText('The second one thinner.')).toBeVisible();
    await looked('comments');
    await page.getByRole('tab', { name: 'Activity' }).click();
    await looked('activity');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: /^Organization:/ }).click();
    await looked('switcher');
    await page.getByRole('menuitem', { name: /Create or join/ }).click();
    await looked('organizations');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Account:/ }).click();
    await looked('account');
  });
}

test('the pages of who is not signed in, or in no organization, are accessible @screenshots', async ({ page, stack }) => {
  for (const { name, colorScheme, viewport } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    await page.goto(`${stack.url}/app/`);
    await expect(page.getByLabel('Email address')).toBeVisible();
    await settled(page);
    await page.screenshot({ path: `screenshots/sign-in-${name}.png` });
    await hasNoSeriousFault(page, 'sign-in');
  }
  await page.goto(`${stack.url}/app/sign-up`);
  await expect(page.getByLabel('Email address')).toBeVisible();
  await hasNoSeriousFault(page, 'sign-up');
  await signIn(page, stack, 'uma');
  await expect(page.getByRole('heading', { name: 'Choose an organization' })).toBeVisible();
  await settled(page);
  await page.screenshot({ path: 'screenshots/no-organization-narrow.png' });
  await hasNoSeriousFault(page, 'no organization');
});
