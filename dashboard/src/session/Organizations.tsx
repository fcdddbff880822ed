/** The organizations one belongs to, those one is invited to, and a new one. */
import { useOrganizationList } from '@clerk/react';
import { useState, type FormEvent } from 'react';
import { Avatar } from '../ui/Avatar';
import { Badge } from '../ui/Badge';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Loading } from '../ui/States';
import { tell } from '../ui/Toasts';
import { inWords } from './clerkError';
import { roleName } from '../members/roles';
import styles from './session.module.css';

const LISTS = { userMemberships: { infinite: true }, userInvitations: { infinite: true, status: 'pending' as const } };

interface OrganizationsProps {
  /** The one that the API works with. Clerk may still believe in one that somebody was removed from. */
  active: string | null;
  onChosen: () => void;
}

export function Organizations({ active, onChosen }: OrganizationsProps) {
  const { isLoaded, setActive, userMemberships, userInvitations } = useOrganizationList(LISTS);
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  if (!isLoaded || userMemberships.isLoading) return <Loading label="Loading organizations" />;

  async function attempt(what: string, run: () => Promise<void>): Promise<void> {
    setBusy(what);
    setFailure(null);
    try {
      await run();
    } catch (error) {
      setFailure(inWords(error));
    } finally {
      setBusy(null);
    }
  }
  const choose = (id: string) =>
    attempt(id, async () => {
      await setActive({ organization: id });
      onChosen();
    });
  const join = (invitation: NonNullable<typeof userInvitations.data>[number]) =>
    attempt(invitation.id, async () => {
      await invitation.accept();
      await Promise.all([userInvitations.revalidate(), userMemberships.revalidate()]);
      await setActive({ organization: invitation.publicOrganizationData.id });
      tell(`You joined ${invitation.publicOrganizationData.name}`);
      onChosen();
    });

  const memberships = userMemberships.data ?? [];
  const invitations = userInvitations.data ?? [];
  return (
    <>
      {failure && <p role="alert">{failure}</p>}
      {memberships.length > 0 && (
        <ul className={styles['choices']} aria-label="Your organizations">
          {memberships.map(({ organization, role }) => (
            <li key={organization.id} className={styles['choice']}>
              <Avatar name={organization.name} square />
              <span>
                <span className={styles['name']}>{organization.name}</span>
                <span className={styles['role']}>{roleName(role)}</span>
              </span>
              {organization.id === active ? (
                <Badge tone="accent">Active</Badge>
              ) : (
                <Button small disabled={busy !== null} onClick={() => void choose(organization.id)}>
                  Open<span className="visually-hidden"> {organization.name}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {invitations.length > 0 && (
        <section className={styles['section']}>
          <h2>Invitations</h2>
          <ul className={styles['choices']}>
            {invitations.map((invitation) => (
              <li key={invitation.id} className={styles['choice']}>
                <Avatar name={invitation.publicOrganizationData.name} square />
                <span>
                  <span className={styles['name']}>{invitation.publicOrganizationData.name}</span>
                  <span className={styles['role']}>as {roleName(invitation.role)}</span>
                </span>
                <Button small look="primary" disabled={busy !== null} onClick={() => void join(invitation)}>
                  Join<span className="visually-hidden"> {invitation.publicOrganizationData.name}</span>
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {memberships.length === 0 && invitations.length === 0 && <p>You do not belong to an organization yet. Create one, or ask to be invited.</p>}
      <NewOrganization onCreated={onChosen} />
    </>
  );
}

function NewOrganization({ onCreated }: { onCreated: () => void }) {
  const { createOrganization, setActive, userMemberships } = useOrganizationList({ userMemberships: { infinite: true } });
  const [name, setName] = useState('');
  const [mistake, setMistake] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function create(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (name.trim() === '') return setMistake('A name is needed.');
    setBusy(true);
    setMistake(undefined);
    try {
      const created = await createOrganization?.({ name: name.trim() });
      if (created) {
        await setActive?.({ organization: created.id });
        void userMemberships.revalidate?.();
        onCreated();
      }
    } catch (error) {
      setMistake(inWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles['section']} onSubmit={(event) => void create(event)} noValidate>
      <h2>New organization</h2>
      <div className={styles['form']}>
        <Field label="Name" mistake={mistake}>
          {(control) => <input {...control} value={name} maxLength={100} autoComplete="organization" onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Button type="submit" disabled={busy}>
          Create
        </Button>
      </div>
    </form>
  );
}
