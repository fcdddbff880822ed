import { useEffect, useRef } from 'react';
import type { List } from '../api/pages';
import { Button } from './Button';
import styles from './ui.module.css';

/** Asks for the next page when it comes into sight; a button does the same. */
export function EndOfList({ list }: { list: Pick<List<unknown>, 'hasMore' | 'isFetchingMore' | 'more'> }) {
  const element = useRef<HTMLDivElement>(null);
  const { hasMore, more } = list;
  useEffect(() => {
    if (!hasMore || element.current === null) return;
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: '200px' });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [hasMore, more]);
  if (!list.hasMore) return null;
  return (
    <div ref={element} className={styles['state']}>
      <Button small onClick={list.more} disabled={list.isFetchingMore}>
        {list.isFetchingMore ? 'Loading…' : 'Show more'}
      </Button>
    </div>
  );
}
