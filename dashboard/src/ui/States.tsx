/** What stands where content will be, or where there is none. */
import type { ReactNode } from 'react';
import { explain } from '../api/explain';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';
import styles from './ui.module.css';

export function Loading({ page = false, label = 'Loading' }: { page?: boolean; label?: string }) {
  return (
    <div className={`${styles['state']} ${page ? styles['page'] : ''}`} role="status">
      <div className={styles['spinner']} />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}

/** Grey rows in the place of a list that is on its way. */
export function Skeletons({ rows = 5 }: { rows?: number }) {
  return (
    <div className={styles['skeletons']} role="status">
      <span className="visually-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={`${styles['skeleton']} ${styles['skeletonRow']}`} />
      ))}
    </div>
  );
}

interface EmptyProps {
  icon?: IconName;
  title: string;
  children?: ReactNode;
}

export function Empty({ icon = 'inbox', title, children }: EmptyProps) {
  return (
    <div className={styles['state']}>
      <Icon name={icon} size={34} />
      <p className={styles['stateTitle']}>{title}</p>
      {children && <div className={styles['stateText']}>{children}</div>}
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, text, requestId } = explain(error);
  return (
    <div className={styles['state']} role="alert">
      <Icon name="warning" size={34} />
      <p className={styles['stateTitle']}>{title}</p>
      <p className={styles['stateText']}>{text}</p>
      {requestId && (
        <p className={styles['hint']}>
          Request <code>{requestId}</code>
        </p>
      )}
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function Notice({ tone, children }: { tone?: 'warning' | 'danger'; children: ReactNode }) {
  return (
    <div className={styles['notice']} data-tone={tone} role="note">
      <Icon name={tone ? 'warning' : 'info'} />
      <div>{children}</div>
    </div>
  );
}
