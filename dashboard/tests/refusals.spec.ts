/** What the page says when the service refuses for a while. */
import { expect, test } from './people';

test.describe('with narrow limits', () => {
  test.use({ settings: { RATE_LIMIT_WRITE: '1' } });

  test('a change that was one request too many is made when there is room again', async ({ as, stack }) => {
    const page = await as('ada');
    const column = page.getByRole('region', { name: /^In progress/ });
    const token = await (await fetch(`${stack.clerk}/token/ada`)).text();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const write = () => fetch(`${stack.url}/api/tasks`, { method: 'POST', headers, body: '{"title":"From elsewhere"}' });
    let refused = false;
    page.on('response', (answer) => (refused ||= answer.status() === 429));

    const moved: string[] = [];
    for (const title of ['Oil the workbench', 'Sharpen the planer knives', 'Send the offer for the kitchen', 'Renew the van\'s insurance']) {
      if (refused) break;
      await page.getByRole('button', { name: `Move “${title}”` }).click();
      const made = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.ok());
      let answered = false;
      page.once('response', () => (answered = true));
      // The same person, elsewhere, uses up what there is; the page is lucky now and then.
      const elsewhere = (async () => {
        while (!answered) await Promise.all(Array.from({ length: 8 }, write));
      })();
      await page.getByRole('menuitem', { name: 'In progress' }).click();
      await elsewhere;
      await made;
      moved.push(title);
    }
    expect(refused).toBe(true);
    await page.reload();
    for (const title of moved) await expect(column).toContainText(title);
  });
});

test('Clerk being away is explained, and what was shown ahead is taken back', async ({ as, stack }) => {
  const page = await as('ada', 'members');
  await expect(page.getByLabel('Role of Mel Osei')).toHaveValue('org:member');
  const faults = await fetch(`${stack.clerk}/control/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requests: [{ fail: 'unavailable', method: 'PATCH', path: '/v1/organizations' }] }),
  });
  expect(faults.ok).toBe(true);
  await page.getByLabel('Role of Mel Osei').selectOption('Viewer');
  await expect(page.getByText('Members and invitations cannot be changed now.', { exact: false }).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByLabel('Role of Mel Osei')).toHaveValue('org:member');
  await expect(page.getByText('The service is too busy', { exact: false })).toHaveCount(0);
});

test('a full plan is explained in the form, and what was typed stays', async ({ as, stack }) => {
  test.setTimeout(90_000);
  const token = await (await fetch(`${stack.clerk}/token/rob`)).text();
  for (let number = 6; number < 100; number += 1) {
    const answer = await fetch(`${stack.url}/api/tasks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: `Cut board ${number}` }),
    });
    expect(answer.status).toBe(201);
  }
  const page = await as('rob');
  await page.getByRole('button', { name: 'New task' }).click();
  await page.getByLabel('Title').fill('One too many');
  await page.getByRole('button', { name: 'Create task' }).click();
  await expect(page.getByRole('alert')).toContainText('allows 100 tasks, and there are 100');
  await expect(page.getByLabel('Title')).toHaveValue('One too many');
});

test.describe('with personal workspaces', () => {
  test.use({ settings: { PERSONAL_WORKSPACES: 'true' } });

  test('somebody without an organization works in their own one', async ({ as }) => {
    const page = await as('uma');
    await expect(page.getByText('Nothing here.')).toHaveCount(3);
    await page.getByRole('button', { name: 'New task' }).click();
    await page.getByLabel('Title').fill('Mend the chair');
    await page.getByRole('button', { name: 'Create task' }).click();
    await expect(page.getByRole('button', { name: 'Mend the chair', exact: true })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Members' })).toHaveCount(0);
    await page.getByRole('link', { name: 'Settings' }).click();
    await expect(page.getByLabel('First name')).toHaveValue('Uma');
  });
});
