/** Short messages at the edge of the page, announced to screen readers. */
import { Toast } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { explain } from '../api/explain';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './ui.module.css';

const manager = Toast.createToastManager();

export function tell(title: string, description?: string): void {
  manager.add({ title, ...(description === undefined ? {} : { description }), type: 'good', timeout: 5000 });
}

/** Says what went wrong. It stays longer, and is announced at once. */
export function tellError(error: unknown): void {
  const { title, text, requestId } = explain(error);
  const description = requestId === undefined ? text : `${text} (Request ${requestId})`;
  manager.add({ title, description, type: 'error', priority: 'high', timeout: 12_000 });
}

export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles['toasts']}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles['toast']}>
      <Toast.Content>
        <Toast.Title className={styles['toastTitle']} />
        <Toast.Description className={styles['toastText']} />
        <Toast.Close className={styles['toastClose']} render={<Button look="quiet" small icon aria-label="Dismiss" />}>
          <Icon name="close" size={16} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
