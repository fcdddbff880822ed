/** What of the tasks is shown, kept in the page's address so that it can be shared and survives a reload. */
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { PRIORITIES, STATUSES, type Priority, type Status } from './task';

export const SORTS = ['created_at', 'updated_at', 'due_date', 'priority', 'title'] as const;
export type Sort = (typeof SORTS)[number];

export interface TaskFilters {
  status?: Status;
  priority?: Priority;
  /** A member's id, `me` or `none`. */
  assignee?: string;
  search?: string;
  sort_by?: Sort;
  sort_order?: 'asc' | 'desc';
}

function oneOf<T extends string>(value: string | null, values: readonly T[]): T | undefined {
  return values.find((one) => one === value);
}

export function readFilters(search: URLSearchParams): TaskFilters {
  const filters: TaskFilters = {};
  const status = oneOf(search.get('status'), STATUSES);
  const priority = oneOf(search.get('priority'), PRIORITIES);
  const assignee = search.get('assignee');
  const text = search.get('search')?.slice(0, 200);
  const sort = oneOf(search.get('sort_by'), SORTS);
  const order = oneOf(search.get('sort_order'), ['asc', 'desc'] as const);
  if (status) filters.status = status;
  if (priority) filters.priority = priority;
  if (assignee) filters.assignee = assignee;
  if (text) filters.search = text;
  if (sort) filters.sort_by = sort;
  if (order) filters.sort_order = order;
  return filters;
}

export interface FiltersInAddress {
  filters: TaskFilters;
  /** Changes some of them; undefined takes one away. */
  change: (changes: { [K in keyof TaskFilters]?: TaskFilters[K] | undefined }) => void;
}

export function useFilters(): FiltersInAddress {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => readFilters(search), [search]);
  const change = useCallback<FiltersInAddress['change']>(
    (changes) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value === undefined || value === '') after.delete(name);
            else after.set(name, value);
          }
          return after;
        },
        { replace: true },
      );
    },
    [setSearch],
  );
  return { filters, change };
}

/** The task whose drawer is open, in the address too. */
export function useOpenTask(): { id: string | null; open: (id: string) => void; close: () => void } {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (id: string | null) => {
      setSearch((before) => {
        const after = new URLSearchParams(before);
        if (id === null) after.delete('task');
        else after.set('task', id);
        return after;
      });
    },
    [setSearch],
  );
  return { id: search.get('task'), open: set, close: useCallback(() => set(null), [set]) };
}
