import { useDeferredValue, useState } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList } from '../api/pages';
import { Avatar } from '../ui/Avatar';
import { Badge } from '../ui/Badge';
import { Button } from '../ui/Button';
import { Question } from '../ui/Dialog';
import { EndOfList } from '../ui/EndOfList';
import { Field } from '../ui/Field';
import { TableWrap } from '../ui/Page';
import { Empty, Failure, Skeletons } from '../ui/States';
import { Day } from '../ui/Time';
import { useChangeRole, useRemoveMember } from './changes';
import { memberName, type Member } from './directory';
import { roleName } from './roles';
import { useRoles } from './useRoles';
import styles from './members.module.css';

export function MemberList() {
  const api = useApi();
  const { org } = useWorkspace();
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed.trim());
  const list = useList(keys.memberList(org, search), (cursor, signal) =>
    api.get('/api/members', { query: { limit: 50, ...(search === '' ? {} : { search }), ...(cursor === undefined ? {} : { cursor }) }, signal }),
  );
  return (
    <div className={styles['list']}>
      <div className={styles['search']}>
        <Field label="Search members" hideLabel>
          {(control) => <input {...control} type="search" placeholder="Search name and address" maxLength={200} value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
      </div>
      {list.isPending && <Skeletons />}
      {list.error && <Failure error={list.error} onRetry={list.again} />}
      {!list.isPending && !list.error && list.items.length === 0 && <Empty icon="people" title="Nobody is called that" />}
      {list.items.length > 0 && (
        <TableWrap label="Members">
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col" data-extra>
                  Since
                </th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((member) => (
                <Row key={member.user_id} member={member} />
              ))}
            </tbody>
          </table>
        </TableWrap>
      )}
      <EndOfList list={list} />
    </div>
  );
}

function Row({ member }: { member: Member }) {
  const { me, may } = useWorkspace();
  const name = memberName(member);
  return (
    <tr>
      <td>
        <span className={styles['who']}>
          <Avatar name={name} image={member.image_url} />
          <span>
            <span className={styles['name']}>
              {name} {member.user_id === me.user_id && <Badge>You</Badge>}
            </span>
            {member.email && <Email address={member.email} />}
          </span>
        </span>
      </td>
      <td>{may.manageMembers ? <Role member={member} name={name} /> : roleName(member.role)}</td>
      <td className={styles['since']} data-extra>
        <Day at={member.created_at} />
      </td>
      <td className={styles['tools']}>{may.manageMembers && <Removal member={member} name={name} />}</td>
    </tr>
  );
}

/** A long address breaks before its @, not anywhere. */
function Email({ address }: { address: string }) {
  const at = address.lastIndexOf('@');
  return (
    <span className={styles['email']}>
      {address.slice(0, at)}
      <wbr />
      {address.slice(at)}
    </span>
  );
}

function Role({ member, name }: { member: Member; name: string }) {
  const roles = useRoles();
  const change = useChangeRole();
  const options = roles.includes(member.role) ? roles : [member.role, ...roles];
  return (
    <Field label={`Role of ${name}`} hideLabel>
      {(control) => (
        <select {...control} value={member.role} disabled={change.isPending} onChange={(event) => change.mutate({ member, role: event.target.value })}>
          {options.map((role) => (
            <option key={role} value={role}>
              {roleName(role)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Removal({ member, name }: { member: Member; name: string }) {
  const remove = useRemoveMember();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button small look="danger" disabled={remove.isPending} onClick={() => setAsking(true)}>
        Remove<span className="visually-hidden"> {name}</span>
      </Button>
      <Question
        open={asking}
        title={`Remove ${name}?`}
        text="They lose access at once. Tasks that were theirs to do are given to nobody."
        yes="Remove"
        onNo={() => setAsking(false)}
        onYes={() => {
          setAsking(false);
          remove.mutate(member);
        }}
      />
    </>
  );
}
