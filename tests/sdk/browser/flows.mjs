// Every flow of a browser, through Clerk's components and hooks where people click, through clerk-js where programs do.
import { chromium } from 'playwright-core';
import { answer, ask } from './dialogue.mjs';

const { origin, clerk, executable, password } = await ask();
const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
const report = { outside: [], errors: [] };

/** Another person's browser. */
async function person() {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => report.errors.push(String(error).slice(0, 300)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) report.outside.push(url);
  });
  return page;
}

/** What the page shows once it shows this. */
async function standing(page, wanted) {
  await page.waitForFunction((wanted) => {
    const text = document.getElementById('standing')?.textContent;
    const seen = text && JSON.parse(text);
    return seen && Object.entries(wanted).every(([name, value]) => seen[name] === value);
  }, wanted);
  return JSON.parse(await page.locator('#standing').textContent());
}

/** The code of what Clerk refuses. */
const refusal = (page, work) => page.evaluate(`(${work})().then(() => 'allowed', (error) => error.errors[0].code)`);
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());

const ada = await person();
await ada.goto(`${origin}/`);
await ada.fill('input[name=identifier]', 'ada@example.com');
await ada.locator('input[name=password]').fill('wrong-password', { force: true });
await ada.click('.cl-formButtonPrimary');
// The component silently asks again with the identifier alone, and shows the page for the password.
await ada.waitForSelector('input[name=identifier]', { state: 'hidden' });
await ada.fill('input[name=password]', 'wrong-password');
await ada.click('.cl-formButtonPrimary');
await ada.waitForSelector('.cl-formFieldErrorText');
await ada.fill('input[name=password]', password);
await ada.click('.cl-formButtonPrimary');
report.password = await standing(ada, { organization: 'acme', members: 4, organizations: 1 });

const token = await ada.evaluate(() => window.page.getToken({ skipCache: true }));
report.token = { azp: claims(token).azp, slug: claims(token).o.slg, version: claims(token).v };
await ada.evaluate(() => window.Clerk.setActive({ organization: null }));
report.personal = await standing(ada, { organization: null });
report.foreign = await refusal(ada, "() => window.Clerk.setActive({ organization: 'org_0000000000000000000000Rival' })");
await ada.reload();
await standing(ada, { organization: null });
await ada.click('.cl-organizationSwitcherTrigger');
await ada.click('.cl-organizationSwitcherPreviewButton:has-text("Acme")');
report.switched = await standing(ada, { organization: 'acme' });

await ada.evaluate(async () => {
  const made = await window.Clerk.createOrganization({ name: 'New Co' });
  await window.Clerk.setActive({ organization: made.id });
});
report.created = await standing(ada, { organization: 'new-co', role: 'org:admin', members: 1 });
report.invited = await ada.evaluate(async () => {
  const { organization } = window.Clerk;
  const one = await organization.inviteMember({ emailAddress: 'cai@example.com', role: 'org:member' });
  const many = await organization.inviteMembers({ emailAddresses: ['x@example.com', 'mel@example.com'], role: 'org:admin' });
  const revoked = await many[0].revoke();
  return [one.status, many.length, revoked.status, (await organization.getInvitations({ status: ['pending'] })).total_count];
});
report.full = await refusal(ada, `() => window.Clerk.organization.inviteMembers(
  { emailAddresses: ['1@example.com', '2@example.com', '3@example.com', '4@example.com'], role: 'org:member' })`);
await ada.goto(`${origin}/organization`);
await ada.click('.cl-navbarButton:has-text("Members")');
report.profile = await ada.locator('.cl-membersPageInviteButton, .cl-invitationsSentTable, .cl-tabButton').first().waitFor().then(() => 'shown');

const cai = await person();
await cai.goto(`${origin}/__clerk/`);
const link = await cai.locator('tr', { hasText: 'cai@example.com' }).locator('a').getAttribute('href');
await cai.goto(origin + link);
await cai.fill('input[name=password]', 'long-enough-1');
await cai.click('.cl-formButtonPrimary');
report.ticket = await standing(cai, { organization: 'new-co', role: 'org:member', members: 2 });

const nia = await person();
await nia.goto(`${origin}/sign-up`);
await nia.fill('input[name=emailAddress]', 'nia@example.com');
await nia.fill('input[name=password]', 'long-enough-1');
await nia.click('.cl-formButtonPrimary');
await nia.waitForSelector('[data-input-otp], .cl-otpCodeFieldInput');
await nia.keyboard.type('424242');
report.signedUp = await standing(nia, { organization: null, organizations: 0 });

const mel = await person();
await mel.goto(`${origin}/__clerk/`);
await mel.locator('tr', { hasText: 'mel@example.com' }).locator('a', { hasText: 'Acme' }).first().click();
report.oneClick = await standing(mel, { name: 'Mel', organization: 'acme' });
report.powerless = await refusal(mel, "() => window.Clerk.organization.update({ name: 'Mine' })");
await mel.evaluate(async () => {
  const { data } = await window.Clerk.user.getOrganizationInvitations({ status: 'pending' });
  await data[0].accept();
  await window.Clerk.setActive({ organization: data[0].publicOrganizationData.id });
});
report.accepted = await standing(mel, { organization: 'new-co', manages: true, members: 3 });

report.members = await mel.evaluate(async () => {
  const { data } = await window.Clerk.organization.getMemberships();
  const cai = data.find((member) => member.publicUserData.identifier.startsWith('cai'));
  const promoted = (await cai.update({ role: 'org:admin' })).role;
  await cai.destroy();
  return [promoted, (await window.Clerk.organization.getMemberships()).total_count];
});
report.renamed = await mel.evaluate(async () => {
  await window.Clerk.user.update({ firstName: 'Melanie' });
  await window.Clerk.user.update({ unsafeMetadata: { theme: 'dark' } });
  return [window.Clerk.user.firstName, window.Clerk.user.unsafeMetadata];
});

await fetch(`${clerk}/control/clock?advance=1800`, { method: 'POST' });
await mel.reload();
await standing(mel, { organization: 'new-co' });
const done = mel.evaluate(() => window.page.sensitive());
await mel.fill('.cl-modalContent input[name=password]', password);
await mel.click('.cl-modalContent .cl-formButtonPrimary');
report.verified = await done;
await fetch(`${clerk}/control/clock`, { method: 'DELETE' });

await mel.evaluate(() => window.page.signOut());
await mel.waitForSelector('input[name=identifier]');
await mel.reload();
await mel.waitForSelector('input[name=identifier]');
report.signedOut = await mel.evaluate(() => window.Clerk.client.sessions.length);

await browser.close();
answer(report);
