/** What stands around every page: where one is, where one can go, and whether the service answers. */
import { useQueryClient } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { useLiveChanges } from '../api/live';
import { useWorkspace, type Powers } from '../api/me';
import { onRecovery, useOutage } from '../api/outage';
import { Button } from '../ui/Button';
import { Icon, type IconName } from '../ui/Icon';
import { Menu, MenuItem } from '../ui/Menu';
import { Loading, Notice } from '../ui/States';
import { AccountMenu } from './AccountMenu';
import { OrganizationSwitcher } from './OrganizationSwitcher';
import styles from './shell.module.css';

interface Place {
  to: string;
  icon: IconName;
  title: string;
  open: (may: Powers, personal: boolean) => boolean;
}

const PLACES: Place[] = [
  { to: '/board', icon: 'board', title: 'Board', open: (may) => may.view },
  { to: '/tasks', icon: 'list', title: 'Tasks', open: (may) => may.view },
  { to: '/overview', icon: 'chart', title: 'Overview', open: (may) => may.view },
  { to: '/members', icon: 'people', title: 'Members', open: (_, personal) => !personal },
  { to: '/trash', icon: 'trash', title: 'Trash', open: (may) => may.view && may.remove },
  { to: '/plan', icon: 'plan', title: 'Plan', open: (_, personal) => !personal },
  { to: '/audit', icon: 'log', title: 'Audit log', open: (may) => may.admin },
  { to: '/settings', icon: 'gear', title: 'Settings', open: () => true },
];

/** How many of the places stand at the bottom of a narrow screen; the others are behind “More”. */
const AT_THE_BOTTOM = 4;

export function Shell() {
  const { me, org, may } = useWorkspace();
  const places = PLACES.filter((place) => place.open(may, me.org_id == null));
  useLiveChanges(org, may.view);
  useRecovery();
  return (
    <div className={styles['shell']}>
      <a className={styles['skip']} href="#content">
        Skip to content
      </a>
      <header className={styles['header']}>
        <OrganizationSwitcher />
        <span className={styles['space']} />
        <AccountMenu />
      </header>
      <nav className={styles['side']} aria-label="Main">
        {places.map((place) => (
          <NavLink key={place.to} to={place.to} className={styles['place'] ?? ''}>
            <Icon name={place.icon} />
            {place.title}
          </NavLink>
        ))}
      </nav>
      <main id="content" className={styles['main']} tabIndex={-1}>
        <Outage />
        <Impersonation />
        <Suspense fallback={<Loading page />}>
          <Outlet />
        </Suspense>
      </main>
      <Bottom places={places} />
    </div>
  );
}

function Bottom({ places }: { places: Place[] }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const more = places.slice(AT_THE_BOTTOM);
  return (
    <nav className={styles['bottom']} aria-label="Main, short">
      {places.slice(0, AT_THE_BOTTOM).map((place) => (
        <NavLink key={place.to} to={place.to} className={styles['corner'] ?? ''}>
          <Icon name={place.icon} size={20} />
          {place.title}
        </NavLink>
      ))}
      {more.length > 0 && (
        <Menu
          side="top"
          trigger={
            <button type="button" className={styles['corner']} data-current={more.some((place) => pathname.startsWith(place.to))}>
              <Icon name="more" size={20} />
              More
            </button>
          }
        >
          {more.map((place) => (
            <MenuItem key={place.to} onClick={() => void navigate(place.to)}>
              <Icon name={place.icon} />
              {place.title}
            </MenuItem>
          ))}
        </Menu>
      )}
    </nav>
  );
}

function Outage() {
  const why = useOutage();
  return (
    <div role="status" aria-live="polite">
      {why !== null && (
        <div className={styles['outage']}>
          <Notice tone="danger">
            {why} What you see may be old, and changes are not saved. It is tried again every few seconds.{' '}
            <Button small onClick={() => window.location.reload()}>
              Reload
            </Button>
          </Notice>
        </div>
      )}
    </div>
  );
}

function Impersonation() {
  const { me } = useWorkspace();
  if (!me.actor) return null;
  return (
    <div className={styles['outage']}>
      <Notice tone="warning">You act as {me.profile.name ?? me.user_id}. Everything you do is recorded with both names.</Notice>
    </div>
  );
}

function useRecovery(): void {
  const cache = useQueryClient();
  useEffect(() => onRecovery(() => void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'me' })), [cache]);
}
