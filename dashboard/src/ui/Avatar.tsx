import { useState } from 'react';
import styles from './ui.module.css';

interface AvatarProps {
  name: string;
  image?: string | null | undefined;
  square?: boolean;
}

/** A picture or the initials; decoration beside a name. */
export function Avatar({ name, image, square = false }: AvatarProps) {
  // A picture that does not come, or may not be shown here, leaves the initials.
  const [missing, setMissing] = useState<string | null>(null);
  const hue = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 5;
  return (
    <span className={`${styles['avatar']} ${square ? styles['square'] : ''}`} data-hue={hue} aria-hidden="true">
      {image && image !== missing ? <img src={image} alt="" referrerPolicy="no-referrer" onError={() => setMissing(image)} /> : initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/[\s@._-]+/);
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words[1]?.[0] ?? '') : '')).toUpperCase();
}

export function Person({ name, image }: AvatarProps) {
  return (
    <span className={styles['person']}>
      <Avatar name={name} image={image} />
      <span>{name}</span>
    </span>
  );
}
