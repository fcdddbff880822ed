import styles from './overview.module.css';

interface Bar {
  name: string;
  value: number;
  tone: string;
}

const WIDTH = 240;
const HEIGHT = 14;

/** A bar for each value. The numbers stand beside them, so the drawing itself is decoration. */
export function Bars({ label, bars }: { label: string; bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <table className={styles['bars']}>
      <caption className="visually-hidden">{label}</caption>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.name}>
            <th scope="row">{bar.name}</th>
            <td aria-hidden="true" className={styles['drawn']}>
              <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" className={styles['bar']} data-tone={bar.tone}>
                <rect width={WIDTH} height={HEIGHT} className={styles['track']} />
                <rect width={(bar.value / most) * WIDTH} height={HEIGHT} />
              </svg>
            </td>
            <td className={styles['value']}>{bar.value.toLocaleString()}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
