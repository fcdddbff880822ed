/** A change shown before the API has confirmed it, and taken back when it does not. */
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { keys } from '../api/keys';
import type { Page, Pages } from '../api/pages';
import type { TaskFilters } from './filters';
import type { Versioned } from './queries';
import type { Task } from './task';

export interface Undo {
  undo: () => void;
}

/** Applies a change to every list and the drawer; `undo` puts all of them back. */
export async function applyAhead(cache: QueryClient, org: string, id: string, change: (task: Task) => Task | null): Promise<Undo> {
  // An answer on its way knows nothing of the change and would overwrite it.
  await cache.cancelQueries({ queryKey: keys.tasks(org) });
  const before: [QueryKey, unknown][] = [
    ...cache.getQueriesData({ queryKey: keys.taskLists(org) }),
    [keys.task(org, id), cache.getQueryData(keys.task(org, id))],
  ];
  const known = find(before, id);
  if (known !== null) show(cache, org, known, change(known));
  return {
    undo: () => {
      for (const [key, data] of before) if (data !== undefined) cache.setQueryData(key, data);
    },
  };
}

function find(entries: [QueryKey, unknown][], id: string): Task | null {
  for (const [, data] of entries) {
    if (isPages(data)) {
      const found = data.pages.flatMap((page) => page.items).find((task) => task.id === id);
      if (found) return found;
    } else if (isVersioned(data)) return data.task;
  }
  return null;
}

const isPages = (data: unknown): data is Pages<Task> => typeof data === 'object' && data !== null && 'pages' in data;
const isVersioned = (data: unknown): data is Versioned => typeof data === 'object' && data !== null && 'etag' in data;

/** Shows a task as it is now in every list that it belongs to; `null` is gone. */
export function show(cache: QueryClient, org: string, before: Task, after: Task | null): void {
  for (const [key, pages] of cache.getQueriesData<Pages<Task>>({ queryKey: keys.taskLists(org) })) {
    if (pages === undefined) continue;
    const filters = key[4] as TaskFilters;
    cache.setQueryData(key, placed(pages, filters, before.id, after));
  }
  if (after !== null) {
    cache.setQueryData<Versioned>(keys.task(org, after.id), (versioned) => versioned && { ...versioned, task: after });
  }
}

function placed(pages: Pages<Task>, filters: TaskFilters, id: string, after: Task | null): Pages<Task> {
  const belongs = after !== null && (filters.status === undefined || filters.status === after.status);
  const there = pages.pages.some((page) => page.items.some((task) => task.id === id));
  const first = pages.pages[0];
  if (!there && belongs && first !== undefined) {
    return withTotal({ ...pages, pages: [{ ...first, items: [after, ...first.items] }, ...pages.pages.slice(1)] }, 1);
  }
  if (!there) return pages;
  const change = (page: Page<Task>): Page<Task> => ({
    ...page,
    items: page.items.flatMap((task) => (task.id !== id ? [task] : belongs ? [after] : [])),
  });
  const changed = { ...pages, pages: pages.pages.map(change) };
  return belongs ? changed : withTotal(changed, -1);
}

function withTotal(pages: Pages<Task>, more: number): Pages<Task> {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, total: page.total === null ? null : page.total + more })) };
}
