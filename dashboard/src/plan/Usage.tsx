import { Meter } from '@base-ui/react/meter';
import styles from './plan.module.css';

interface UsageProps {
  name: string;
  used: number;
  /** 0 is no limit. */
  limit: number;
}

const NEARLY = 0.8;

export function Usage({ name, used, limit }: UsageProps) {
  if (limit === 0) {
    return (
      <p className={styles['unlimited']}>
        <span>{name}</span>
        <span>
          <strong>{used.toLocaleString()}</strong> of any number
        </span>
      </p>
    );
  }
  const state = used >= limit ? 'full' : used >= limit * NEARLY ? 'nearly' : 'fine';
  return (
    <Meter.Root value={Math.min(used, limit)} max={limit} getAriaValueText={() => `${used} of ${limit}`}>
      <div className={styles['meterHead']}>
        <Meter.Label>{name}</Meter.Label>
        <span>
          <strong>{used.toLocaleString()}</strong> of {limit.toLocaleString()}
        </span>
      </div>
      <Meter.Track className={styles['track']}>
        <Meter.Indicator className={styles['indicator']} data-state={state} />
      </Meter.Track>
      {state === 'full' && <p className={styles['full']}>The limit is reached: nothing is deleted, but no more can be added.</p>}
    </Meter.Root>
  );
}
