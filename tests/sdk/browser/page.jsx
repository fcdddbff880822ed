// A page as a user of Clerk's React package writes one; the flows drive it.
import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  ClerkProvider, OrganizationProfile, OrganizationSwitcher, Show, SignIn, SignUp, UserButton,
  useAuth, useOrganization, useOrganizationList, useReverification, useUser,
} from '@clerk/react';

function Standing() {
  const { getToken, orgSlug, orgRole, has, signOut } = useAuth();
  const { user } = useUser();
  const { memberships } = useOrganization({ memberships: true });
  const { userMemberships } = useOrganizationList({ userMemberships: true });
  // A server that wants a factor younger than ten minutes, as Clerk's packages ask for it.
  const sensitive = useReverification(async () => {
    const claims = JSON.parse(atob((await getToken()).split('.')[1]));
    if (claims.fva[0] < 10) return { fva: claims.fva };
    return {
      clerk_error: { type: 'forbidden', reason: 'reverification-error', metadata: { reverification: 'strict' } },
    };
  });
  window.page = { getToken, sensitive, signOut };
  const standing = {
    name: user?.firstName ?? null,
    organization: orgSlug ?? null,
    role: orgRole ?? null,
    manages: has({ permission: 'org:sys_memberships:manage' }),
    members: memberships?.data?.length ?? null,
    organizations: userMemberships?.data?.length ?? null,
  };
  return <output id="standing">{JSON.stringify(standing)}</output>;
}

function Page() {
  if (location.pathname === '/sign-up') return <SignUp routing="hash" signInUrl="/" fallbackRedirectUrl="/" />;
  return (
    <>
      <Show when="signed-out"><SignIn routing="hash" signUpUrl="/sign-up" fallbackRedirectUrl="/" /></Show>
      <Show when="signed-in">
        <OrganizationSwitcher />
        <UserButton />
        <Standing />
        {location.pathname === '/organization' && <OrganizationProfile routing="hash" />}
      </Show>
    </>
  );
}

createRoot(document.getElementById('root')).render(
  <ClerkProvider
    publishableKey={document.documentElement.dataset.key}
    proxyUrl="/__clerk"
    telemetry={false}
    signInUrl="/"
    signUpUrl="/sign-up"
    afterSignOutUrl="/"
  >
    <Page />
  </ClerkProvider>,
);
