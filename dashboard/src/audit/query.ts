import type { Chosen } from './AuditFilters';

/** The filters as the API has them; a day is one in the reader's zone. */
export function asQuery(chosen: Chosen) {
  return {
    ...(chosen.actor ? { actor: [chosen.actor] } : {}),
    ...(chosen.action ? { action: [chosen.action] } : {}),
    ...(chosen.since ? { since: new Date(`${chosen.since}T00:00:00`).toISOString() } : {}),
    ...(chosen.until ? { until: dayAfter(chosen.until) } : {}),
  };
}

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date.toISOString();
}
