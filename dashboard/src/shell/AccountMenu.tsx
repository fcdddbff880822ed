import { useClerk } from '@clerk/react';
import { useNavigate } from 'react-router';
import { useWorkspace } from '../api/me';
import { roleName } from '../members/roles';
import { SIGN_IN } from '../session/addresses';
import { Avatar } from '../ui/Avatar';
import { Icon } from '../ui/Icon';
import { Menu, MenuGroup, MenuItem, MenuSeparator } from '../ui/Menu';
import styles from './shell.module.css';

export function AccountMenu() {
  const { me } = useWorkspace();
  const { signOut } = useClerk();
  const navigate = useNavigate();
  const name = me.profile.name ?? me.profile.email ?? 'You';
  return (
    <Menu
      trigger={
        <button type="button" className={styles['account']} aria-label={`Account: ${name}`}>
          <Avatar name={name} image={me.profile.image_url} />
        </button>
      }
    >
      <MenuGroup
        label={
          <span className={styles['who']}>
            <strong>{name}</strong>
            {me.profile.email && <span>{me.profile.email}</span>}
            {me.org_role && <span>{roleName(me.org_role)}</span>}
          </span>
        }
      />
      <MenuSeparator />
      <MenuItem onClick={() => void navigate('/settings')}>
        <Icon name="gear" />
        Settings
      </MenuItem>
      <MenuItem onClick={() => void signOut({ redirectUrl: SIGN_IN })}>
        <Icon name="out" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
