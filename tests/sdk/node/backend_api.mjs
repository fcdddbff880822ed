// The life of an organization at the Backend API, as `@clerk/backend` asks for it and reads the answers.
import { createClerkClient } from '@clerk/backend';
import { answer, ask } from './dialogue.mjs';

const { instance } = await ask();
const options = { apiUrl: instance.api_url, telemetry: { disabled: true } };
const { users, organizations, sessions, organizationRoles, jwks } = createClerkClient({
  ...options,
  secretKey: instance.secret_key,
});

/** What Clerk's error says, or that there was none. */
async function refusal(call) {
  try {
    await call();
    return 'accepted';
  } catch (error) {
    return `${error.status} ${error.errors?.[0]?.code}`;
  }
}

const report = {};
const ids = (page) => page.data.map(({ id }) => id);

const ada = await users.createUser({ emailAddress: ['ada@example.com'], firstName: 'Ada', lastName: 'Lind' });
const cai = await users.createUser({ emailAddress: ['cai@example.com'], publicMetadata: { team: 'joinery' } });
await users.updateUser(cai.id, { firstName: 'Cai', lastName: 'Berg' });
const found = await users.getUserList({ emailAddress: ['ada@example.com'] });
const read = await users.getUser(cai.id);
report.users = {
  ada: ada.id,
  cai: cai.id,
  found: ids(found),
  found_count: found.totalCount,
  count: await users.getCount(),
  read: [read.firstName, read.lastName, read.primaryEmailAddress.emailAddress, read.publicMetadata],
  unknown: await refusal(() => users.getUser('user_unknown')),
  taken: await refusal(() => users.createUser({ emailAddress: ['ada@example.com'] })),
};

const acme = await organizations.createOrganization({ name: 'Acme', slug: 'acme', createdBy: ada.id });
const organizationId = acme.id;
const renamed = await organizations.updateOrganization(organizationId, { name: 'Acme Joinery', maxAllowedMemberships: 4 });
await organizations.updateOrganizationMetadata(organizationId, { publicMetadata: { region: 'north' } });
const bySlug = await organizations.getOrganization({ slug: 'acme' });
report.organizations = {
  id: organizationId,
  renamed: [renamed.name, renamed.slug, renamed.maxAllowedMemberships],
  by_slug: [bySlug.id, bySlug.publicMetadata],
  listed: ids(await organizations.getOrganizationList({ query: 'acme' })),
  taken: await refusal(() => organizations.createOrganization({ name: 'Other', slug: 'acme', createdBy: cai.id })),
};

const member = await organizations.createOrganizationMembership({ organizationId, userId: cai.id, role: 'org:member' });
const promoted = await organizations.updateOrganizationMembership({ organizationId, userId: cai.id, role: 'org:admin' });
const members = await organizations.getOrganizationMembershipList({ organizationId, limit: 1 });
const ofCai = await users.getOrganizationMembershipList({ userId: cai.id });
report.memberships = {
  joined: [member.role, member.publicUserData.userId, member.organization.id],
  promoted: promoted.role,
  page: [members.data.length, members.totalCount],
  of_user: ofCai.data.map(({ organization, role }) => [organization.id, role]),
  twice: await refusal(() =>
    organizations.createOrganizationMembership({ organizationId, userId: cai.id, role: 'org:member' }),
  ),
};
await organizations.deleteOrganizationMembership({ organizationId, userId: cai.id });
report.memberships.last_admin = await refusal(() =>
  organizations.updateOrganizationMembership({ organizationId, userId: ada.id, role: 'org:member' }),
);

const invite = (emailAddress) =>
  organizations.createOrganizationInvitation({
    organizationId,
    inviterUserId: ada.id,
    emailAddress,
    role: 'org:member',
  });
const invited = await invite('eve@example.com');
const twice = await refusal(() => invite('eve@example.com'));
const bulk = await organizations.createOrganizationInvitationBulk(organizationId, [
  { inviterUserId: ada.id, emailAddress: 'finn@example.com', role: 'org:member' },
]);
const full = [];
for (const name of ['gus', 'hal']) full.push(await refusal(() => invite(`${name}@example.com`)));
const pending = await organizations.getOrganizationInvitationList({ organizationId, status: ['pending'] });
const revoked = await organizations.revokeOrganizationInvitation({
  organizationId,
  invitationId: invited.id,
  requestingUserId: ada.id,
});
const one = await organizations.getOrganizationInvitation({ organizationId, invitationId: invited.id });
report.invitations = {
  made: [invited.emailAddress, invited.role, invited.status],
  bulk: bulk.data.map(({ emailAddress }) => emailAddress),
  twice,
  full,
  pending: pending.totalCount,
  revoked: [revoked.status, one.status],
};

const session = await sessions.createSession({ userId: cai.id });
const token = await sessions.getToken(session.id);
await sessions.revokeSession(session.id);
report.sessions = {
  listed: ids(await sessions.getSessionList({ userId: cai.id })).includes(session.id),
  token_of: JSON.parse(Buffer.from(token.jwt.split('.')[1], 'base64url')).sid === session.id,
  revoked: (await sessions.getSession(session.id)).status,
};

const roles = await organizationRoles.getOrganizationRoleList();
report.roles = roles.data.map(({ key }) => key).sort();
report.kids = (await jwks.getJwks()).keys.map(({ kid }) => kid);

const banned = await users.banUser(cai.id);
const unbanned = await users.unbanUser(cai.id);
await users.deleteUser(cai.id);
await organizations.deleteOrganization(organizationId);
report.ends = {
  banned: [banned.banned, unbanned.banned],
  user: await refusal(() => users.getUser(cai.id)),
  organization: await refusal(() => organizations.getOrganization({ organizationId })),
};
const stranger = createClerkClient({ ...options, secretKey: `${instance.secret_key}x` });
report.stranger = await refusal(() => stranger.users.getUserList());

answer(report);
