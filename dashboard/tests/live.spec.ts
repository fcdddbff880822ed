/** What somebody changes shows on everybody's page without their doing anything. */
import { expect, signIn, test } from './people';
import { createDatabase, startSecond } from './second';
import { startStack } from './stack';

/** Nobody comes back to the page meanwhile, so it has its news from the stream alone. */
const SOON = { timeout: 5_000 };

test('a change in one browser appears in another by itself', async ({ as }) => {
  const [ada, mel] = [await as('ada'), await as('mel')];
  await expect(mel.getByRole('heading', { name: 'Board' })).toBeVisible();
  await ada.getByRole('button', { name: 'New task' }).click();
  await ada.getByLabel('Title').fill('Plane the table top');
  await ada.getByRole('button', { name: 'Create task' }).click();
  await expect(mel.getByRole('button', { name: 'Plane the table top', exact: true })).toBeVisible(SOON);
});

test('a change on one process appears in a browser on another within a second', async ({ browser }) => {
  const database = await createDatabase();
  test.skip(database === null, 'no PostgreSQL answers; name one in TEST_DATABASE_URL');
  if (database === null) return;
  const stack = await startStack({ DATABASE_URL: database.url });
  const second = await startSecond(stack, database.url);
  try {
    const [one, other] = [await (await browser.newContext()).newPage(), await (await browser.newContext()).newPage()];
    await signIn(one, stack, 'ada');
    await signIn(other, { ...stack, url: second.url }, 'mel');
    await expect(other.getByRole('heading', { name: 'Board' })).toBeVisible();
    // The stream is open before anything changes.
    await other.waitForLoadState('load');
    await expect(other.getByRole('button', { name: 'New task' })).toBeEnabled();
    await one.getByRole('button', { name: 'New task' }).click();
    await one.getByLabel('Title').fill('Fit the drawer runners');
    await one.getByRole('button', { name: 'Create task' }).click();
    await expect(one.getByRole('button', { name: 'Fit the drawer runners', exact: true })).toBeVisible();
    const begun = Date.now();
    await expect(other.getByRole('button', { name: 'Fit the drawer runners', exact: true })).toBeVisible(SOON);
    test.info().annotations.push({ type: 'seen after', description: `${Date.now() - begun} ms` });
    console.log(`      on the other process's page ${Date.now() - begun} ms after it was on the first's`);
  } finally {
    await second.stop();
    await stack.stop();
    await database.drop();
  }
});
