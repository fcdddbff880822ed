/** The organization: its people, what they may do, what it pays for, and what is on record. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test, quiet } from './people';

async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(page.url().replace(/\/app\/.*/, `/app/${path}`));
}

test('an admin invites somebody, who accepts and appears', async ({ as }) => {
  const ada = await as('ada', 'members');
  await ada.getByRole('button', { name: 'Invite' }).click();
  await ada.getByLabel('E-mail address').fill('not an address');
  await ada.getByRole('button', { name: 'Send invitation' }).click();
  await expect(ada.getByRole('alert')).toBeVisible();
  await ada.getByLabel('E-mail address').fill('uma@example.org');
  await ada.getByRole('button', { name: 'Send invitation' }).click();
  await expect(ada.getByText('uma@example.org gets a mail with a link.')).toBeVisible();
  await ada.getByRole('tab', { name: 'Invitations' }).click();
  await expect(ada.getByRole('cell', { name: 'uma@example.org', exact: true })).toBeVisible();

  const uma = await as('uma');
  await expect(uma.getByRole('heading', { name: 'Choose an organization' })).toBeVisible();
  await uma.getByRole('button', { name: 'Join Acme Joinery' }).click();
  await expect(uma.getByRole('heading', { name: 'Board' })).toBeVisible();
  await expect(uma.getByRole('button', { name: 'Oil the workbench', exact: true })).toBeVisible();

  await ada.getByRole('tab', { name: 'Members', exact: true }).click();
  await ada.reload();
  await expect(ada.getByRole('row', { name: /Uma Rao/ })).toBeVisible();
});

test('an invitation is revoked', async ({ as }) => {
  const page = await as('ada', 'members');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail address').fill('zoe@example.com');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await page.getByRole('tab', { name: 'Invitations' }).click();
  await page.getByRole('button', { name: 'Revoke the invitation of zoe@example.com' }).click();
  await expect(page.getByRole('cell', { name: 'zoe@example.com', exact: true })).toHaveCount(0);
  await page.getByLabel('Which invitations').selectOption('Revoked');
  await expect(page.getByRole('row', { name: /zoe@example.com/ })).toContainText('Revoked');
});

/** A page that hears no events: what it shows is as old as its last question. */
async function deaf(page: Page): Promise<void> {
  await page.route('**/api/events', (route) => route.abort());
  await page.reload();
}

test('a demotion takes hold in the page that is open, by itself', async ({ as }) => {
  const mel = await as('mel');
  await expect(mel.getByRole('button', { name: 'New task' })).toBeVisible();
  const ada = await as('ada', 'members');
  await ada.getByLabel('Role of Mel Osei').selectOption('Viewer');
  await expect(mel.getByRole('button', { name: 'New task' })).toHaveCount(0);
  await expect(mel.getByRole('button', { name: /^Carry|^Move/ })).toHaveCount(0);
});

test('a demotion that a page has not heard of is explained where it is met', async ({ as }) => {
  const mel = await as('mel');
  await deaf(mel);
  await expect(mel.getByRole('button', { name: 'New task' })).toBeVisible();
  const ada = await as('ada', 'members');
  await ada.getByLabel('Role of Mel Osei').selectOption('Viewer');
  await expect(ada.getByText('Mel Osei is Viewer now.')).toBeVisible();

  await mel.getByRole('button', { name: 'Move “Oil the workbench”' }).click();
  await mel.getByRole('menuitem', { name: 'Done' }).click();
  await expect(mel.getByText('You need the permission to change tasks (org:tasks:edit).', { exact: false }).first()).toBeVisible();
  await expect(mel.getByRole('region', { name: /^To do/ })).toContainText('Oil the workbench');
  await expect(mel.getByRole('button', { name: 'New task' })).toHaveCount(0);
  await expect(mel.getByRole('button', { name: /^Carry|^Move/ })).toHaveCount(0);
});

test('somebody who is removed is shown out, at once', async ({ as }) => {
  const mel = await as('mel');
  await expect(mel.getByRole('button', { name: 'New task' })).toBeVisible();
  const ada = await as('ada', 'members');
  await ada.getByRole('button', { name: 'Remove Mel Osei' }).click();
  await ada.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(mel.getByRole('heading', { name: 'Choose an organization' })).toBeVisible();
});

test('somebody who is removed, and whose page has not heard of it, is shown out when they do something', async ({ as }) => {
  const mel = await as('mel');
  await deaf(mel);
  await expect(mel.getByRole('button', { name: 'New task' })).toBeVisible();
  const ada = await as('ada', 'members');
  await ada.getByRole('button', { name: 'Remove Mel Osei' }).click();
  await ada.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(ada.getByRole('row', { name: /Mel Osei/ })).toHaveCount(0);
  await mel.getByRole('button', { name: 'Move “Oil the workbench”' }).click();
  await mel.getByRole('menuitem', { name: 'Done' }).click();
  await expect(mel.getByRole('heading', { name: 'Choose an organization' })).toBeVisible();
});

test('somebody in two organizations switches between them, and nothing is mixed', async ({ as }) => {
  const page = await as('sam');
  await page.getByRole('button', { name: 'New task' }).click();
  await page.getByLabel('Title').fill('Only here');
  await page.getByRole('button', { name: 'Create task' }).click();
  await expect(page.getByRole('button', { name: 'Only here', exact: true })).toBeVisible();
  const first = (await page.getByRole('button', { name: /^Organization:/ }).getAttribute('aria-label')) ?? '';
  const other = first.includes('Acme') ? 'Rival Carpentry' : 'Acme Joinery';
  await page.getByRole('button', { name: /^Organization:/ }).click();
  await page.getByRole('menuitem', { name: new RegExp(other) }).click();
  await expect(page.getByRole('button', { name: `Organization: ${other}` })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Oil the workbench', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Only here', exact: true })).toHaveCount(0);
});

test('a limit of the plan is explained where it is met', async ({ as }) => {
  const page = await as('rob', 'members');
  await page.getByRole('button', { name: 'Invite' }).click();
  await page.getByLabel('E-mail address').fill('zoe@example.com');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await expect(page.getByRole('dialog')).toContainText('allows 2 members and open invitations, and there are 2');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Plan' }).click();
  await expect(page.getByText('The limit is reached')).toBeVisible();
  await page.screenshot({ path: 'screenshots/plan-full.png' });
});

test('the audit log tells what was done, and can be taken away as a file', async ({ as }) => {
  const page = await as('ada');
  await page.getByRole('button', { name: 'Move “Oil the workbench”' }).click();
  await page.getByRole('menuitem', { name: 'Done' }).click();
  await quiet(page);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByLabel('What', { exact: true }).selectOption('task.updated');
  const row = page.getByRole('row').nth(1);
  await expect(row).toContainText('Ada Lind');
  await row.getByText(/fields/).first().click();
  await expect(row).toContainText('pending');
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /CSV/ }).click()]);
  expect(download.suggestedFilename()).toBe('audit-log.csv');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('task.updated');
});

test('names, mail and colours are kept', async ({ as }) => {
  const page = await as('mel', 'settings');
  await page.getByLabel('First name').fill('Melanie');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const mail = page.getByRole('switch', { name: 'A task is assigned to me' });
  await expect(mail).toBeChecked();
  await mail.click();
  await expect(mail).not.toBeChecked();
  await page.getByLabel('Dark').check();
  await quiet(page);
  await page.reload();
  await expect(page.getByLabel('First name')).toHaveValue('Melanie');
  await expect(page.getByRole('switch', { name: 'A task is assigned to me' })).not.toBeChecked();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('button', { name: 'Account: Melanie Osei' })).toBeVisible();
});

test('whoever signs out is out', async ({ as }) => {
  const page = await as('ada');
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Email address')).toBeVisible();
  await goTo(page, 'board');
  await expect(page.getByLabel('Email address')).toBeVisible();
  expect(page.url()).toContain('/app/sign-in');
});
