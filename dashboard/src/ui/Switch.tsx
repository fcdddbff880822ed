import { Switch as Base } from '@base-ui/react/switch';
import { useId, type ReactNode } from 'react';
import styles from './Switch.module.css';
import ui from './ui.module.css';

interface SwitchProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, disabled = false, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles['row']}>
      <div>
        <div id={id} className={styles['label']}>
          {label}
        </div>
        {hint && <div className={ui['hint']}>{hint}</div>}
      </div>
      <Base.Root className={ui['switch']} aria-labelledby={id} checked={checked} disabled={disabled} onCheckedChange={onChange}>
        <Base.Thumb className={ui['thumb']} />
      </Base.Root>
    </div>
  );
}
