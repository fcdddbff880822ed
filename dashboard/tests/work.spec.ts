/** The daily work with tasks, as people do it. */
import type { Locator, Page } from '@playwright/test';
import { EMAIL, expect, PASSWORD, test, quiet } from './people';

const column = (page: Page, name: string): Locator => page.getByRole('region', { name: new RegExp(`^${name}`) });
const card = (page: Page, title: string): Locator => page.getByRole('listitem').filter({ has: page.getByRole('button', { name: title, exact: true }) });

async function create(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New task' }).click();
  await page.getByLabel('Title').fill(title);
  await page.getByRole('button', { name: 'Create task' }).click();
  await expect(card(page, title)).toBeVisible();
}

async function open(page: Page, title: string): Promise<Locator> {
  await page.getByRole('button', { name: title, exact: true }).click();
  const drawer = page.getByRole('dialog', { name: title });
  await expect(drawer.getByLabel('Title')).toHaveValue(title);
  return drawer;
}

async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  const [start, end] = [await from.boundingBox(), await to.boundingBox()];
  if (!start || !end) throw new Error('nothing to drag');
  await page.mouse.move(start.x + 40, start.y + start.height - 8);
  await page.mouse.down();
  await page.mouse.move(start.x + 60, start.y + start.height, { steps: 4 });
  await page.mouse.move(end.x + end.width / 2, end.y + 120, { steps: 12 });
  await page.mouse.up();
}

/** What happens when somebody comes back to a tab. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
}

/** Until it is there; without live events a page learns of it when somebody comes back to it. */
async function eventually(page: Page, check: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(
      async () => {
        await comeBack(page);
        return check();
      },
      { timeout: 20_000, intervals: [300, 700, 1500, 3000] },
    )
    .toBe(true);
}

test('somebody signs in, creates a task, drags it, completes it, and finds it after a reload', async ({ page, stack }) => {
  await page.goto(`${stack.url}/app/`);
  await page.getByLabel('Email address').fill(EMAIL.mel);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Board' })).toBeVisible();

  await create(page, 'Fit the drawer runners');
  await expect(column(page, 'To do')).toContainText('Fit the drawer runners');
  await drag(page, card(page, 'Fit the drawer runners'), column(page, 'In progress'));
  await expect(column(page, 'In progress')).toContainText('Fit the drawer runners');
  await page.reload();
  await expect(column(page, 'In progress')).toContainText('Fit the drawer runners');
  await page.getByRole('button', { name: 'Move “Fit the drawer runners”' }).click();
  await page.getByRole('menuitem', { name: 'Done' }).click();
  await expect(column(page, 'Done')).toContainText('Fit the drawer runners');
  await quiet(page);
  await page.reload();
  await expect(column(page, 'Done')).toContainText('Fit the drawer runners');
});

test('a task is carried to another column with the keyboard, or left where it was', async ({ as }) => {
  const page = await as('ada');
  const grip = page.getByRole('button', { name: 'Carry “Oil the workbench” to another column' });
  await grip.focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('Over To do.')).toBeAttached();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Over In progress.')).toBeAttached();
  await page.keyboard.press('Escape');
  await expect(column(page, 'To do')).toContainText('Oil the workbench');
  await grip.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('Over In progress.')).toBeAttached();
  await page.keyboard.press('Space');
  await expect(column(page, 'In progress')).toContainText('Oil the workbench');
  await quiet(page);
  await page.reload();
  await expect(column(page, 'In progress')).toContainText('Oil the workbench');
});

test('two people of one organization see each other’s work, and another organization sees nothing of it', async ({ as }) => {
  const [ada, mel, rob] = [await as('ada'), await as('mel'), await as('rob')];
  await expect(column(mel, 'To do')).toContainText('Oil the workbench');
  await create(ada, 'Plane the oak boards');
  await eventually(mel, async () => card(mel, 'Plane the oak boards').isVisible());

  const drawer = await open(ada, 'Plane the oak boards');
  await drawer.getByRole('tab', { name: 'Comments' }).click();
  await drawer.getByLabel('New comment').fill('The thick ones first');
  await drawer.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(drawer.getByText('The thick ones first')).toBeVisible();
  const id = new URL(ada.url()).searchParams.get('task') ?? '';
  expect(id).not.toBe('');

  await (await open(mel, 'Plane the oak boards')).getByRole('tab', { name: 'Comments' }).click();
  await expect(mel.getByText('The thick ones first')).toBeVisible();

  await comeBack(rob);
  await expect(column(rob, 'To do')).toContainText('Oil the workbench'); // their own one
  await expect(rob.getByText('Plane the oak boards')).toHaveCount(0);
  await rob.goto(rob.url().replace(/\/app\/.*/, `/app/board?task=${id}`));
  await expect(rob.getByText('There is no such task')).toBeVisible();
});

test('who may only view is offered nothing to change', async ({ as }) => {
  const page = await as('vic');
  await expect(column(page, 'To do')).toContainText('Oil the workbench');
  await expect(page.getByText('You may look at tasks, but not change them.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'New task' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^Carry|^Move/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
  await drag(page, card(page, 'Oil the workbench'), column(page, 'Done'));
  await expect(column(page, 'To do')).toContainText('Oil the workbench');
  const drawer = await open(page, 'Oil the workbench');
  await expect(drawer.getByLabel('Title')).toBeDisabled();
  await expect(drawer.getByText('org:tasks:edit')).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await expect(drawer.getByRole('button', { name: 'Delete task' })).toHaveCount(0);
  await page.goto(page.url().replace(/\/app\/.*/, '/app/audit'));
  await expect(page.getByText('Only administrators may read the audit log')).toBeVisible();
});

test('who loses a race sees both versions and chooses', async ({ as }) => {
  const [ada, mel] = [await as('ada'), await as('mel')];
  const hers = await open(ada, 'Oil the workbench');
  const theirs = await open(mel, 'Oil the workbench');
  await hers.getByLabel('Title').fill('Wax the workbench');
  await hers.getByLabel('Category').fill('finish');
  await theirs.getByLabel('Title').fill('Oil the workbench twice');
  await theirs.getByLabel('Description').fill('With linseed oil');
  await theirs.getByRole('button', { name: 'Save' }).click();
  await expect(mel.getByText('Saved', { exact: true })).toBeVisible();

  await hers.getByRole('button', { name: 'Save' }).click();
  const conflict = ada.getByRole('dialog', { name: 'Somebody else changed this task' });
  await expect(conflict).toContainText('Mel Osei saved another version');
  await expect(conflict.getByRole('group', { name: 'Title' })).toContainText('Wax the workbench');
  await expect(conflict.getByRole('group', { name: 'Title' })).toContainText('Oil the workbench twice');
  await ada.screenshot({ path: 'screenshots/conflict.png' });
  await conflict.getByRole('group', { name: 'Title' }).getByRole('radio', { name: /Theirs/ }).check();
  await conflict.getByRole('button', { name: 'Save what is chosen' }).click();
  await expect(conflict).toHaveCount(0);
  const saved = ada.getByRole('dialog', { name: 'Oil the workbench twice' });
  await expect(saved.getByLabel('Title')).toHaveValue('Oil the workbench twice');
  await expect(saved.getByLabel('Description')).toHaveValue('With linseed oil');
  await expect(saved.getByLabel('Category')).toHaveValue('finish');
  await quiet(ada);
  await ada.reload();
  await expect(ada.getByRole('dialog').getByLabel('Category')).toHaveValue('finish');
});

test('what was typed is not lost by looking at another tab, nor by closing without a question', async ({ as }) => {
  const page = await as('ada');
  const drawer = await open(page, 'Oil the workbench');
  await drawer.getByLabel('Description').fill('With linseed oil');
  await drawer.getByRole('tab', { name: 'Activity' }).click();
  await expect(drawer.getByText('created the task')).toBeVisible();
  await drawer.getByRole('tab', { name: 'Details' }).click();
  await expect(drawer.getByLabel('Description')).toHaveValue('With linseed oil');
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay' }).click();
  await expect(drawer.getByLabel('Description')).toHaveValue('With linseed oil');
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await open(page, 'Oil the workbench');
  await expect(page.getByLabel('Description')).toHaveValue('');
});

test('the table searches, filters and sorts, and its address can be shared', async ({ as }) => {
  const page = await as('ada', 'tasks');
  await expect(page.getByText('6 tasks')).toBeVisible();
  await page.getByLabel('Search').fill('WORKBENCH');
  await expect(page.getByText('1 task', { exact: true })).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByLabel('Status').selectOption('Done');
  await expect(page.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('cell', { name: 'Measure the stairwell' })).toBeVisible();
  await page.getByLabel('Status').selectOption('Any status');
  await page.getByLabel('Sort by').selectOption('By title');
  await page.getByLabel('Order').selectOption('Ascending');
  await expect(page.getByRole('row').nth(1)).toContainText('Measure the stairwell');
  await page.reload();
  await expect(page.getByRole('row').nth(1)).toContainText('Measure the stairwell');
});

test('a long list goes on as it is scrolled', async ({ as, stack }) => {
  const token = await (await fetch(`${stack.clerk}/token/ada`)).text();
  const api = new URL(stack.url);
  for (let number = 0; number < 60; number += 1) {
    const answer = await fetch(`${api.origin}/api/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: `Sand board ${number}` }),
    });
    expect(answer.status).toBe(201);
  }
  const page = await as('ada', 'tasks');
  await expect(page.getByText('66 tasks')).toBeVisible();
  await expect(page.getByRole('row')).toHaveCount(51);
  await page.getByRole('row').last().scrollIntoViewIfNeeded();
  await expect(page.getByRole('row')).toHaveCount(67);
});

test('a deleted task is in the trash and can be restored', async ({ as }) => {
  const page = await as('ada');
  const drawer = await open(page, 'Oil the workbench');
  await drawer.getByRole('button', { name: 'Delete task' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(card(page, 'Oil the workbench')).toHaveCount(0);
  await page.getByRole('link', { name: 'Trash' }).click();
  await page.getByRole('button', { name: 'Restore Oil the workbench' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await page.getByRole('link', { name: 'Board' }).click();
  await expect(column(page, 'To do')).toContainText('Oil the workbench');
});

test('while the service is down the page says so, and recovers by itself', async ({ as, stack }) => {
  const page = await as('ada');
  await expect(column(page, 'To do')).toContainText('Oil the workbench');
  await stack.kill();
  await page.getByRole('button', { name: 'Move “Oil the workbench”' }).click();
  await page.getByRole('menuitem', { name: 'Done' }).click();
  await expect(page.getByText('The service cannot be reached.')).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText('nothing can be loaded or saved now', { exact: false }).first()).toBeAttached();
  await expect(column(page, 'To do')).toContainText('Oil the workbench'); // taken back
  await page.screenshot({ path: 'screenshots/outage.png' });
  await stack.restart();
  await expect(page.getByText('The service cannot be reached.')).toHaveCount(0, { timeout: 20_000 });
  await page.getByRole('button', { name: 'Move “Oil the workbench”' }).click();
  await page.getByRole('menuitem', { name: 'Done' }).click();
  await expect(column(page, 'Done')).toContainText('Oil the workbench');
});
