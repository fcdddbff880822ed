import { useOrganization, useOrganizationList } from '@clerk/react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useWorkspace } from '../api/me';
import { roleName } from '../members/roles';
import { Organizations } from '../session/Organizations';
import { Avatar } from '../ui/Avatar';
import { Badge } from '../ui/Badge';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '../ui/Menu';
import { tellError } from '../ui/Toasts';
import styles from './shell.module.css';

const LISTS = { userMemberships: { infinite: true }, userInvitations: { infinite: true, status: 'pending' as const } };

export function OrganizationSwitcher() {
  const { me } = useWorkspace();
  const { organization } = useOrganization();
  const { isLoaded, setActive, userMemberships, userInvitations } = useOrganizationList(LISTS);
  const [managing, setManaging] = useState(false);
  const navigate = useNavigate();
  const name = organization?.name ?? me.org_slug ?? 'Personal workspace';
  const invitations = userInvitations.data?.length ?? 0;

  async function choose(id: string): Promise<void> {
    try {
      await setActive?.({ organization: id });
      await navigate('/board');
    } catch (error) {
      tellError(error);
    }
  }

  return (
    <>
      <Menu
        align="start"
        trigger={
          <button type="button" className={styles['switcher']} aria-label={`Organization: ${name}`}>
            <Avatar name={name} square />
            <span className={styles['switcherName']}>{name}</span>
            {invitations > 0 && <Badge tone="accent">{invitations}</Badge>}
            <Icon name="chevrons" size={16} />
          </button>
        }
      >
        <MenuGroup label="Organizations">
          {isLoaded &&
            userMemberships.data?.map(({ organization: one, role }) => (
              <MenuItem key={one.id} onClick={() => void choose(one.id)}>
                <Avatar name={one.name} square />
                <span className={styles['option']}>
                  {one.name}
                  <small>{roleName(role)}</small>
                </span>
                {one.id === me.org_id && <Icon name="check" />}
              </MenuItem>
            ))}
        </MenuGroup>
        <MenuSeparator />
        <MenuItem onClick={() => setManaging(true)}>
          <Icon name="plus" />
          {invitations > 0 ? `Create or join (${invitations} invited)` : 'Create or join'}
        </MenuItem>
      </Menu>
      <Dialog open={managing} onClose={() => setManaging(false)} title="Organizations">
        <Organizations
          active={me.org_id ?? null}
          onChosen={() => {
            setManaging(false);
            void navigate('/board');
          }}
        />
      </Dialog>
    </>
  );
}
