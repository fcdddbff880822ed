/** Who belongs to the organization, and who is invited to. */
import { useState } from 'react';
import { useWorkspace } from '../api/me';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { Page } from '../ui/Page';
import { Empty } from '../ui/States';
import { Tabs } from '../ui/Tabs';
import { Invitations } from './Invitations';
import { InviteForm } from './InviteForm';
import { MemberList } from './MemberList';

export default function MembersPage() {
  const { me, may } = useWorkspace();
  const [inviting, setInviting] = useState(false);
  if (me.org_id == null) {
    return (
      <Page title="Members">
        <Empty icon="people" title="A personal workspace has no members">
          Create an organization to work with others.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Members"
      text={may.manageMembers ? undefined : 'Managing members needs the permission org:members:manage.'}
      actions={
        may.manageMembers && (
          <Button look="primary" onClick={() => setInviting(true)}>
            <Icon name="mail" />
            Invite
          </Button>
        )
      }
    >
      {may.manageMembers ? (
        <Tabs
          label="Members and invitations"
          tabs={[
            { value: 'members', title: 'Members', content: <MemberList /> },
            { value: 'invitations', title: 'Invitations', content: <Invitations /> },
          ]}
        />
      ) : (
        <MemberList />
      )}
      <Dialog open={inviting} onClose={() => setInviting(false)} title="Invite somebody">
        <InviteForm onDone={() => setInviting(false)} />
      </Dialog>
    </Page>
  );
}
