/** For somebody without an active organization: choose, join or create one. */
import { useClerk } from '@clerk/react';
import { useEffect } from 'react';
import { Button } from '../ui/Button';
import { Panel } from '../ui/Page';
import { SIGN_IN } from './addresses';
import { Organizations } from './Organizations';
import styles from './session.module.css';

export function NoOrganization() {
  const { signOut } = useClerk();
  useEffect(() => {
    document.title = 'Choose an organization · Tenantry';
  }, []);
  return (
    <main className={styles['entrance']}>
      <div className={styles['narrow']}>
        <div className={styles['head']}>
          <h1>Choose an organization</h1>
          <Button look="quiet" onClick={() => void signOut({ redirectUrl: SIGN_IN })}>
            Sign out
          </Button>
        </div>
        <Panel>
          <Organizations active={null} onChosen={() => undefined} />
        </Panel>
      </div>
    </main>
  );
}
