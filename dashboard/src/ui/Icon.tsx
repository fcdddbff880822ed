/** Line icons, drawn here so that no icon font is loaded. */
const PATHS = {
  board: 'M4 5h5v14H4zM10.5 5h5v9h-5zM17 5h3v6h-3z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  people: 'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c.6-3.2 3-5 6-5s5.4 1.8 6 5M16 5.2a3 3 0 0 1 0 5.6M17.5 14.8c1.9.7 3.1 2.3 3.5 4.7',
  plan: 'M4 7h16v11H4zM4 11h16M8 15h3',
  log: 'M7 3h8l4 4v14H7zM14 3v5h5M10 12h6M10 16h6',
  gear: 'M12 15.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  grip: 'M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevrons: 'M8 10l4-4 4 4M8 14l4 4 4-4',
  down: 'M7 10l5 5 5-5',
  menu: 'M4 7h16M4 12h16M4 17h16',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  calendar: 'M5 6h14v14H5zM5 10h14M9 4v4M15 4v4',
  comment: 'M4 5h16v11H10l-4 4v-4H4z',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  download: 'M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19h14',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c.8-3.6 3.7-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  restore: 'M5 5v5h5M5.5 10a7.5 7.5 0 1 1-1 5',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1 2.5h4l1-2.5h5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: the text or label beside it says what it means. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const dots = name === 'more' || name === 'grip';
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={dots ? 2.6 : 1.8} strokeLinecap="round" strokeLinejoin="round">
      <path d={PATHS[name]} />
    </svg>
  );
}
