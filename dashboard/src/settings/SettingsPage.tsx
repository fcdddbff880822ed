/** What is the person's own: name, mail, appearance, account. */
import { useClerk } from '@clerk/react';
import { SIGN_IN } from '../session/addresses';
import { Button } from '../ui/Button';
import { Page, Panel } from '../ui/Page';
import { MailSettings } from './MailSettings';
import { ProfileForm } from './ProfileForm';
import { setTheme, useTheme, type Theme } from './theme';
import styles from './settings.module.css';

export default function SettingsPage() {
  const clerk = useClerk();
  return (
    <Page title="Settings">
      <div className={styles['panels']}>
        <Panel title="Profile">
          <ProfileForm />
        </Panel>
        <Panel title="Mail">
          <MailSettings />
        </Panel>
        <Panel title="Appearance">
          <Appearance />
        </Panel>
        <Panel title="Account">
          <p className={styles['text']}>Password, addresses and devices are kept by Clerk.</p>
          <div className={styles['buttons']}>
            <Button onClick={() => clerk.openUserProfile()}>Manage account</Button>
            <Button onClick={() => void clerk.signOut({ redirectUrl: SIGN_IN })}>Sign out</Button>
          </div>
        </Panel>
      </div>
    </Page>
  );
}

const THEMES: [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

function Appearance() {
  const theme = useTheme();
  return (
    <fieldset className={styles['choices']}>
      <legend className="visually-hidden">Colours</legend>
      {THEMES.map(([value, name]) => (
        <label key={value} className={styles['choice']} data-chosen={theme === value}>
          <input type="radio" name="theme" checked={theme === value} onChange={() => setTheme(value)} />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
