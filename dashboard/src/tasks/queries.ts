/** Reading tasks. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { useList, type List } from '../api/pages';
import type { TaskFilters } from './filters';
import type { Task } from './task';

const PAGE = 50;

/** One task with the version it has. */
export interface Versioned {
  task: Task;
  etag: string;
}

export function useTaskList(filters: TaskFilters): List<Task> {
  const api = useApi();
  const { org } = useWorkspace();
  return useList(keys.taskList(org, filters), (cursor, signal) => {
    const { status, priority, assignee, ...rest } = filters;
    const query = {
      ...rest,
      ...(status ? { status: [status] } : {}),
      ...(priority ? { priority: [priority] } : {}),
      ...(assignee ? { assignee: [assignee] } : {}),
      limit: PAGE,
      count: 'exact' as const,
      ...(cursor === undefined ? {} : { cursor }),
    };
    return api.get('/api/tasks', { query, signal });
  });
}

export function useTask(id: string): UseQueryResult<Versioned> {
  const api = useApi();
  const { org } = useWorkspace();
  return useQuery({
    queryKey: keys.task(org, id),
    queryFn: async ({ signal }): Promise<Versioned> => {
      const { data, etag } = await api.get('/api/tasks/{id}', { path: { id }, signal });
      return { task: data, etag: etag ?? '' };
    },
  });
}
