import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './ui.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'danger' | 'quiet' | 'plain';
  small?: boolean;
  /** Holds an icon alone; needs an `aria-label`. */
  icon?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** The classes of a button, for what looks like one and is none. */
export function buttonClass({ look = 'plain', small, icon }: Pick<ButtonProps, 'look' | 'small' | 'icon'>): string {
  return [styles['button'], look === 'plain' ? '' : styles[look], small ? styles['small'] : '', icon ? styles['icon'] : ''].filter(Boolean).join(' ');
}

export function Button({ look = 'plain', small = false, icon = false, className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={`${buttonClass({ look, small, icon })} ${className ?? ''}`} {...rest} />;
}
