/** Lets signed-in people pass, and waits for what is to be known of them. */
import { useAuth, useClerk } from '@clerk/react';
import { useQuery } from '@tanstack/react-query';
import { ForbiddenError, UnauthorizedError } from '@tenantry/client';
import { useEffect, useMemo, useState } from 'react';
import { Navigate, Outlet, useLocation, useSearchParams } from 'react-router';
import { useApi } from '../api/ApiContext';
import { powersOf, useMeQuery, WorkspaceContext, type Me } from '../api/me';
import { Button } from '../ui/Button';
import { Empty, Failure, Loading } from '../ui/States';
import { SIGN_IN } from './addresses';
import { NoOrganization } from './NoOrganization';
import { TicketSignIn } from './TicketSignIn';

export function SessionGate() {
  const { isLoaded, isSignedIn } = useAuth();
  const [search] = useSearchParams();
  const here = useLocation();
  const ticket = search.get('__clerk_ticket');
  if (!isLoaded) return <WaitingForClerk />;
  if (ticket !== null) {
    if (search.get('__clerk_status') === 'sign_up') return <Navigate to={`/sign-up${here.search}`} replace />;
    return <TicketSignIn ticket={ticket} />;
  }
  if (!isSignedIn) {
    const wanted = import.meta.env.BASE_URL.replace(/\/$/, '') + here.pathname + here.search;
    return <Navigate to={`/sign-in?redirect_url=${encodeURIComponent(wanted)}`} replace />;
  }
  return <Known />;
}

/** Clerk's script is fetched from elsewhere, and may not come. */
function WaitingForClerk() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 8000);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <Loading page label="Signing in" />;
  return (
    <Empty icon="warning" title="The sign-in service does not answer">
      <p>Check your connection, or try again in a moment.</p>
      <p>
        <Button onClick={() => window.location.reload()}>Try again</Button>
      </p>
    </Empty>
  );
}

function Known() {
  const { data: me, error, refetch } = useMeQuery();
  if (error instanceof UnauthorizedError) return <SessionEnded />;
  if (me !== undefined) return me.org_id == null ? <WithoutOrganization me={me} /> : <Inside me={me} org={me.org_id} />;
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  return <Loading page />;
}

function Inside({ me, org }: { me: Me; org: string }) {
  const workspace = useMemo(() => ({ me, org, may: powersOf(me) }), [me, org]);
  return (
    <WorkspaceContext value={workspace}>
      <Outlet />
    </WorkspaceContext>
  );
}

/** Some servers give people a workspace of their own; whether this one does shows when their tasks are asked for. */
function WithoutOrganization({ me }: { me: Me }) {
  const api = useApi();
  const personal = useQuery({
    queryKey: ['personal', me.user_id],
    queryFn: async ({ signal }) => {
      try {
        await api.get('/api/tasks', { query: { limit: 1 }, signal });
        return true;
      } catch (error) {
        if (error instanceof ForbiddenError) return false;
        throw error;
      }
    },
    staleTime: Infinity,
  });
  if (personal.data === true) return <Inside me={me} org={me.user_id} />;
  if (personal.data === false) return <NoOrganization />;
  if (personal.error) return <Failure error={personal.error} onRetry={() => void personal.refetch()} />;
  return <Loading page />;
}

function SessionEnded() {
  const { signOut } = useClerk();
  return (
    <Empty icon="lock" title="Your session has ended">
      <p>You were signed out, or your access was taken away.</p>
      <p>
        <Button look="primary" onClick={() => void signOut({ redirectUrl: SIGN_IN })}>
          Sign in again
        </Button>
      </p>
    </Empty>
  );
}
