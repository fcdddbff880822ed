import { useEffect, type ReactNode } from 'react';
import styles from './ui.module.css';

interface PageProps {
  title: string;
  text?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page's heading, with what can be done on it. */
export function Page({ title, text, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Tenantry`;
  }, [title]);
  return (
    <>
      <div className={styles['pageHead']}>
        <div>
          <h1>{title}</h1>
          {text && <p className={styles['pageText']}>{text}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </div>
      {children}
    </>
  );
}

export function Panel({ title, children }: { title?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles['panel']}>
      {title && <h2>{title}</h2>}
      {children}
    </section>
  );
}

export function TableWrap({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles['tableWrap']} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

export function Actions({ children }: { children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>;
}
