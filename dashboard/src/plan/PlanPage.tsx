/** What the organization pays for, what that allows, and how much of it is used. */
import { useClerk } from '@clerk/react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useConfig } from '../session/ConfigContext';
import { Badge } from '../ui/Badge';
import { Button } from '../ui/Button';
import { Page, Panel } from '../ui/Page';
import { Failure, Notice, Skeletons } from '../ui/States';
import { Day } from '../ui/Time';
import { Subscription } from './Subscription';
import { Usage } from './Usage';
import styles from './plan.module.css';

export default function PlanPage() {
  const api = useApi();
  const { org, me } = useWorkspace();
  const organization = useQuery({
    queryKey: keys.organization(org),
    queryFn: async ({ signal }) => (await api.get('/api/organization', { signal })).data,
    enabled: me.org_id != null,
  });
  const data = organization.data;
  return (
    <Page title="Plan" actions={<ManageButton />}>
      {!data && !organization.error && <Skeletons rows={4} />}
      {!data && organization.error && <Failure error={organization.error} onRetry={() => void organization.refetch()} />}
      {data && <Known organization={data} />}
    </Page>
  );
}

/** Plans are bought and left at Clerk; the local one has no such page. */
function ManageButton() {
  const { may } = useWorkspace();
  const { local } = useConfig();
  const clerk = useClerk();
  if (!may.admin || local) return null;
  return <Button onClick={() => clerk.openOrganizationProfile()}>Manage at Clerk</Button>;
}

function Known({ organization }: { organization: Schemas['Organization'] }) {
  const { may, me } = useWorkspace();
  return (
    <div className={styles['grid']}>
      <Panel title="Plan">
        <p className={styles['plan']}>{organization.plan ?? 'No plan'}</p>
        {organization.plan == null && <p className={styles['quiet']}>No plan is known, so there are no limits.</p>}
        {organization.created_at && (
          <p className={styles['quiet']}>
            {organization.name ?? 'The organization'} was created on <Day at={organization.created_at} />.
          </p>
        )}
        <h3>Included</h3>
        {me.entitlements.features.length > 0 ? (
          <ul className={styles['features']}>
            {me.entitlements.features.map((feature) => (
              <li key={feature}>
                <Badge tone="accent">{feature}</Badge>
              </li>
            ))}
          </ul>
        ) : (
          <p className={styles['quiet']}>No features are named.</p>
        )}
      </Panel>
      <Panel title="Usage">
        <Usage name="Tasks" used={organization.usage.tasks} limit={organization.limits.tasks} />
        <Usage name="Members and open invitations" used={organization.usage.members} limit={organization.limits.members} />
      </Panel>
      {may.admin ? (
        <Subscription />
      ) : (
        <div className={styles['wide']}>
          <Notice>Subscription and payments are shown to administrators.</Notice>
        </div>
      )}
    </div>
  );
}
