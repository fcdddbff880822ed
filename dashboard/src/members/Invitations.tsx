import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useState } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { Badge, type Tone } from '../ui/Badge';
import { Button } from '../ui/Button';
import { EndOfList } from '../ui/EndOfList';
import { Field } from '../ui/Field';
import { TableWrap } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Day } from '../ui/Time';
import { tell, tellError } from '../ui/Toasts';
import { useDirectory } from './directory';
import { roleName } from './roles';
import styles from './members.module.css';

type Invitation = Schemas['Invitation'];
type Status = Schemas['Status'];

const STATUSES: Status[] = ['pending', 'accepted', 'revoked', 'expired'];
const NAMES: Record<Status, string> = { pending: 'Pending', accepted: 'Accepted', revoked: 'Revoked', expired: 'Expired' };
const TONES: Record<Status, Tone> = { pending: 'accent', accepted: 'good', revoked: 'plain', expired: 'warning' };

export function Invitations() {
  const api = useApi();
  const { org } = useWorkspace();
  const [status, setStatus] = useState<Status | ''>('pending');
  const list = useList(keys.invitationList(org, status), (cursor, signal) =>
    api.get('/api/invitations', { query: { limit: 50, ...(status === '' ? {} : { status: [status] }), ...(cursor === undefined ? {} : { cursor }) }, signal }),
  );
  return (
    <div className={styles['list']}>
      <div className={styles['search']}>
        <Field label="Which invitations" hideLabel>
          {(control) => (
            <select {...control} value={status} onChange={(event) => setStatus(event.target.value as Status | '')}>
              {STATUSES.map((one) => (
                <option key={one} value={one}>
                  {NAMES[one]}
                </option>
              ))}
              <option value="">All</option>
            </select>
          )}
        </Field>
      </div>
      {list.isPending && <Skeletons />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && <Empty icon="mail" title="No such invitations" />}
      {list.items.length > 0 && (
        <TableWrap label="Invitations">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">Address</th>
                <th scope="col" data-extra>
                  Role
                </th>
                <th scope="col">Status</th>
                <th scope="col" data-extra>
                  Sent
                </th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
      <EndOfList list={list} />
    </div>
  );
}

function Row({ invitation }: { invitation: Invitation }) {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  const { nameOf } = useDirectory();
  const revoke = useMutation({
    mutationFn: () => api.delete('/api/invitations/{id}', { path: { id: invitation.id } }),
    onSuccess: () => tell('Invitation revoked', invitation.email_address),
    onError: tellError,
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.invitations(org) });
      void cache.invalidateQueries({ queryKey: keys.organization(org) });
    },
  });
  return (
    <tr>
      <td className={styles['address']}>{invitation.email_address}</td>
      <td data-extra>{roleName(invitation.role)}</td>
      <td>
        <Badge tone={TONES[invitation.status]}>{NAMES[invitation.status]}</Badge>
      </td>
      <td className={styles['since']} data-extra>
        <Day at={invitation.created_at} />
        {invitation.inviter_id && ` by ${nameOf(invitation.inviter_id)}`}
      </td>
      <td className={styles['tools']}>
        {invitation.status === 'pending' && (
          <Button small look="danger" disabled={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke<span className="visually-hidden"> the invitation of {invitation.email_address}</span>
          </Button>
        )}
      </td>
    </tr>
  );
}
