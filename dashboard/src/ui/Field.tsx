import { useId, type ReactElement, type ReactNode } from 'react';
import styles from './ui.module.css';

export interface Control {
  id: string;
  className: string;
  'aria-invalid'?: true;
  'aria-describedby'?: string;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with the value. */
  mistake?: string | undefined;
  hideLabel?: boolean;
  children: (control: Control) => ReactElement;
}

/** A control with its label, a hint, and what is wrong with it; all of them known to screen readers. */
export function Field({ label, hint, mistake, hideLabel = false, children }: FieldProps) {
  const id = useId();
  const described = [hint ? `${id}-hint` : '', mistake ? `${id}-mistake` : ''].filter(Boolean).join(' ');
  const control: Control = { id, className: styles['input'] ?? '' };
  if (mistake) control['aria-invalid'] = true;
  if (described) control['aria-describedby'] = described;
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles['label']}>
        {label}
      </label>
      {children(control)}
      {hint && (
        <div id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </div>
      )}
      {mistake && (
        <div id={`${id}-mistake`} className={styles['mistake']} role="alert">
          {mistake}
        </div>
      )}
    </div>
  );
}
