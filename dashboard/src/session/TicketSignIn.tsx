/** Signs in with a ticket from the address: an accepted invitation, or a demo person of the local Clerk. */
import { useClerk } from '@clerk/react';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { queryClient } from '../api/queryClient';
import { buttonClass } from '../ui/Button';
import { Empty, Loading } from '../ui/States';
import { SIGN_IN } from './addresses';

export function TicketSignIn({ ticket }: { ticket: string }) {
  const clerk = useClerk();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const used = useRef(false);
  useEffect(() => {
    // A ticket can be used once, and effects may run twice.
    if (used.current) return;
    used.current = true;
    void (async () => {
      try {
        if (clerk.session) await clerk.signOut(() => undefined);
        queryClient.clear();
        const attempt = await clerk.client?.signIn.create({ strategy: 'ticket', ticket });
        await clerk.setActive({ session: attempt?.createdSessionId ?? null });
        await navigate('/', { replace: true });
      } catch (error) {
        setFailure(error instanceof Error ? error.message : 'The link does not work.');
      }
    })();
  }, [clerk, ticket, navigate]);
  if (failure === null) return <Loading page label="Signing in" />;
  return (
    <Empty icon="warning" title="This link does not work any more">
      <p>{failure}</p>
      <p>
        <a className={buttonClass({ look: 'primary' })} href={SIGN_IN}>
          Sign in
        </a>
      </p>
    </Empty>
  );
}
