/** Getting in: demo people, invitations of newcomers, and proving again who one is. */
import { expect, PASSWORD, test } from './people';

test('a demo person is signed in with one click, also when somebody else is', async ({ page, stack }) => {
  await page.goto(`${stack.url}/app/`);
  await page.getByRole('link', { name: 'Sign in as a demo person' }).click();
  await page.getByRole('row', { name: /Ada Lind/ }).getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'Board' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Account: Ada Lind' })).toBeVisible();
  await page.goto(`${stack.url}/__clerk/`);
  await page.getByRole('row', { name: /Vic Moreau/ }).getByRole('link').first().click();
  await expect(page.getByRole('button', { name: 'Account: Vic Moreau' })).toBeVisible();
  expect(page.url()).not.toContain('ticket');
});

test('somebody new signs up by an invitation and lands in the organization', async ({ as, browser, stack }) => {
  const ada = await as('ada', 'members');
  await ada.getByRole('button', { name: 'Invite' }).click();
  await ada.getByLabel('E-mail address').fill('noa@example.com');
  await ada.getByRole('button', { name: 'Send invitation' }).click();
  await expect(ada.getByText('noa@example.com gets a mail with a link.')).toBeVisible();

  const context = await browser.newContext();
  const noa = await context.newPage();
  await noa.goto(`${stack.url}/__clerk/`);
  await noa.getByRole('row', { name: /noa@example.com/ }).getByRole('link', { name: 'open the invitation' }).click();
  await expect(noa).toHaveURL(/\/app\/sign-up/);
  await noa.locator('input[name=password]').fill('a-made-up-passphrase');
  await noa.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(noa.getByRole('heading', { name: 'Board' })).toBeVisible();
  await expect(noa.getByRole('button', { name: 'Organization: Acme Joinery' })).toBeVisible();
  await ada.reload();
  await expect(ada.getByRole('row', { name: /noa@example.com/ })).toBeVisible();
  await context.close();
});

test('an invitation is for whom it was sent to, whoever is signed in where it is opened', async ({ as, stack }) => {
  const ada = await as('ada', 'members');
  await ada.getByRole('button', { name: 'Invite' }).click();
  await ada.getByLabel('E-mail address').fill('uma@example.org');
  await ada.getByRole('button', { name: 'Send invitation' }).click();
  await expect(ada.getByText('uma@example.org gets a mail with a link.')).toBeVisible();
  const page = await as('rob');
  await expect(page.getByRole('button', { name: 'Account: Rob Keller' })).toBeVisible();
  await page.goto(`${stack.url}/__clerk/`);
  await page.getByRole('row', { name: /uma@example.org/ }).getByRole('link', { name: 'open the invitation' }).click();
  await expect(page.getByRole('button', { name: 'Account: Uma Rao' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Organization: Acme Joinery' })).toBeVisible();
});

test('somebody creates an organization and is its administrator', async ({ as }) => {
  const page = await as('uma');
  await page.getByLabel('Name').fill('Uma’s Upholstery');
  await page.getByRole('button', { name: 'Create' }).click();
  await expect(page.getByRole('heading', { name: 'Board' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Organization: Uma’s Upholstery' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Audit log' })).toBeVisible();
  await expect(page.getByText('Nothing here.')).toHaveCount(3);
});

test('demoting an administrator asks for the password again, and not without it', async ({ as, stack }) => {
  const page = await as('ada', 'members');
  await page.getByLabel('Role of Sam Tanaka').selectOption('Administrator');
  await expect(page.getByText('Sam Tanaka is Administrator now.')).toBeVisible();
  await stack.ageProofs(30);
  await page.reload();

  await page.getByLabel('Role of Sam Tanaka').selectOption('Member');
  await expect(page.getByText('Verification required')).toBeVisible();
  await page.screenshot({ path: 'screenshots/verify.png' });
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Role of Sam Tanaka')).toHaveValue('org:admin');

  await page.getByLabel('Role of Sam Tanaka').selectOption('Member');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByText('Sam Tanaka is Member now.')).toBeVisible();
  await expect(page.getByLabel('Role of Sam Tanaka')).toHaveValue('org:member');
});
