/** Windows above the page: a dialog in the middle, a sheet at the side, and a question. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { Button } from './Button';
import { Icon } from './Icon';
import styles from './ui.module.css';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  look?: 'dialog' | 'wide' | 'sheet';
  children: ReactNode;
}

export function Dialog({ open, onClose, title, look = 'dialog', children }: DialogProps) {
  const popup = look === 'sheet' ? styles['sheet'] : `${styles['dialog']} ${look === 'wide' ? styles['wide'] : ''}`;
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop forceRender className={styles['backdrop']} />
        <Base.Popup className={popup}>
          <div className={styles['dialogHead']}>
            <Base.Title className={styles['dialogTitle']}>{title}</Base.Title>
            <Base.Close render={<Button look="quiet" icon aria-label="Close" />}>
              <Icon name="close" />
            </Base.Close>
          </div>
          <div className={styles['dialogBody']}>{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface QuestionProps {
  open: boolean;
  title: string;
  text: ReactNode;
  yes: string;
  no?: string;
  busy?: boolean;
  onYes: () => void;
  onNo: () => void;
}

/** Asks before something that cannot be taken back. */
export function Question({ open, title, text, yes, no = 'Cancel', busy = false, onYes, onNo }: QuestionProps) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onNo()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop forceRender className={styles['backdrop']} />
        <AlertDialog.Popup className={styles['dialog']}>
          <div className={styles['dialogHead']}>
            <AlertDialog.Title className={styles['dialogTitle']}>{title}</AlertDialog.Title>
          </div>
          <div className={styles['dialogBody']}>
            <AlertDialog.Description className={styles['dialogText']}>{text}</AlertDialog.Description>
            <div className={styles['actions']}>
              <AlertDialog.Close render={<Button />}>{no}</AlertDialog.Close>
              <Button look="danger" disabled={busy} onClick={onYes}>
                {yes}
              </Button>
            </div>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
