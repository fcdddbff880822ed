import type { ReactNode } from 'react';
import styles from './ui.module.css';

export type Tone = 'plain' | 'accent' | 'good' | 'warning' | 'danger';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={styles['badge']} data-tone={tone}>
      {children}
    </span>
  );
}
