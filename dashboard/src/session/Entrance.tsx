import { useEffect, type ReactNode } from 'react';
import { Notice } from '../ui/States';
import { useConfig } from './ConfigContext';
import styles from './session.module.css';

/** The page around Clerk's forms. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  const { local, proxyUrl } = useConfig();
  useEffect(() => {
    document.title = `${title} · Tenantry`;
  }, [title]);
  return (
    <main className={styles['entrance']}>
      <h1 className="visually-hidden">{title}</h1>
      {children}
      {local && proxyUrl !== null && (
        <Notice>
          This is the local Clerk. <a href={`${proxyUrl}/`}>Sign in as a demo person</a> with one click.
        </Notice>
      )}
    </main>
  );
}
