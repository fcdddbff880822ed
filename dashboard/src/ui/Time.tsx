/** Dates and times in the reader's language and zone. */
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const SHORT_DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

function relative(date: Date): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) return DAY.format(date);
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.trunc(seconds / length), unit);
  }
  return 'just now';
}

/** “3 hours ago”, with the exact time on hover. */
export function Ago({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={FULL.format(date)}>
      {relative(date)}
    </time>
  );
}

export function Day({ at, short = false }: { at: string; short?: boolean }) {
  const date = new Date(at);
  const thisYear = date.getFullYear() === new Date().getFullYear();
  return (
    <time dateTime={at} title={FULL.format(date)}>
      {(short && thisYear ? SHORT_DAY : DAY).format(date)}
    </time>
  );
}

export function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{FULL.format(new Date(at))}</time>;
}
