import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import type { ReactNode } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { Badge, type Tone } from '../ui/Badge';
import { Panel } from '../ui/Page';
import { Failure, Notice, Skeletons } from '../ui/States';
import { Day } from '../ui/Time';
import styles from './plan.module.css';

type Billing = Schemas['Billing'];
type Status = Schemas['BillingStatus'];

const STATUS: Record<Status, [string, Tone]> = {
  active: ['Active', 'good'],
  trialing: ['On trial', 'accent'],
  canceled: ['Cancelled', 'warning'],
  past_due: ['Payment is due', 'danger'],
  unpaid: ['Not paid', 'danger'],
  ended: ['Ended', 'plain'],
};

export function Subscription() {
  const api = useApi();
  const { org } = useWorkspace();
  const billing = useQuery({
    queryKey: keys.billing(org),
    queryFn: async ({ signal }) => (await api.get('/api/billing', { signal })).data,
  });
  return (
    <div className={styles['wide']}>
      <Panel title="Subscription">
        {billing.data ? <Facts billing={billing.data} /> : billing.error ? <Failure error={billing.error} onRetry={() => void billing.refetch()} /> : <Skeletons rows={2} />}
      </Panel>
    </div>
  );
}

function Facts({ billing }: { billing: Billing }) {
  const over = billing.over_limit;
  const status = billing.status ? STATUS[billing.status] : null;
  const facts: [string, ReactNode][] = [];
  if (status) facts.push(['Status', <Badge key="status" tone={status[1]}>{status[0]}</Badge>]);
  if (billing.period) {
    facts.push(['Period', <span key="period"><Day at={billing.period.start} /> – <Day at={billing.period.end} />{billing.period.interval && `, by the ${billing.period.interval === 'annual' ? 'year' : billing.period.interval}`}</span>]);
  }
  if (billing.trial_ends_at) facts.push(['Trial ends', <Day key="trial" at={billing.trial_ends_at} />]);
  if (billing.access_ends_at) facts.push(['Access ends', <Day key="access" at={billing.access_ends_at} />]);
  if (billing.past_due_since) facts.push(['Not paid since', <Day key="due" at={billing.past_due_since} />]);
  if (billing.grace_ends_at) facts.push(['Has to be paid by', <Day key="grace" at={billing.grace_ends_at} />]);
  if (billing.upcoming) facts.push(['Next plan', <span key="next">{billing.upcoming.plan ?? 'none'} from <Day at={billing.upcoming.starts_at} /></span>]);
  if (billing.pending_invitations > 0) facts.push(['Open invitations', billing.pending_invitations]);
  if (billing.last_payment) facts.push(['Last payment', <Payment key="payment" payment={billing.last_payment} />]);
  return (
    <>
      {billing.status === 'past_due' && <Notice tone="danger">The last payment failed. The plan ends if it is not paid in time.</Notice>}
      {(over.tasks > 0 || over.members > 0) && (
        <Notice tone="warning">
          There is more than the plan allows: {[over.tasks > 0 && `${over.tasks} tasks`, over.members > 0 && `${over.members} members`].filter(Boolean).join(' and ')} too many. Nothing is
          deleted, but no more can be added.
        </Notice>
      )}
      {facts.length === 0 ? (
        <p className={styles['quiet']}>No subscription is known.</p>
      ) : (
        <dl className={styles['facts']}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

function Payment({ payment }: { payment: Schemas['Payment'] }) {
  const amount =
    payment.amount != null && payment.currency
      ? new Intl.NumberFormat(undefined, { style: 'currency', currency: payment.currency }).format(payment.amount / 100)
      : null;
  return (
    <span>
      {amount} {payment.status}
      {payment.failed_code && ` (${payment.failed_code})`}, <Day at={payment.created_at} />
    </span>
  );
}
