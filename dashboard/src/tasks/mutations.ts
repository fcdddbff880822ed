/** Changing tasks: shown at once, taken back with an explanation when the API refuses. */
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { PreconditionFailedError } from '@tenantry/client';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import { tell, tellError } from '../ui/Toasts';
import { applyAhead } from './cache';
import type { Versioned } from './queries';
import type { NewTask, Status, Task, TaskChanges } from './task';

/** Under this key, so that changes that are made at the same time know of each other. */
const CHANGING = ['tasks'];

/** Asks for everything again, once the last of several changes is through: in between, the API does not know of all of them. */
function refresh(cache: QueryClient, org: string): void {
  if (cache.isMutating({ mutationKey: CHANGING }) > 1) return;
  void cache.invalidateQueries({ queryKey: keys.tasks(org) });
  void cache.invalidateQueries({ queryKey: keys.organization(org) });
}

/** Moves a task to another column. Only its status is sent, so that nobody's other change is lost. */
export function useMoveTask() {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  return useMutation({
    mutationKey: CHANGING,
    mutationFn: ({ task, status }: { task: Task; status: Status }) => api.patch('/api/tasks/{id}', { path: { id: task.id }, body: { status } }),
    onMutate: ({ task, status }) => applyAhead(cache, org, task.id, (known) => ({ ...known, status, completed: status === 'completed' })),
    onError: (error, _, ahead) => {
      ahead?.undo();
      tellError(error);
    },
    onSettled: () => refresh(cache, org),
  });
}

export interface Saving {
  id: string;
  changes: TaskChanges;
  /** The version that was read. */
  etag: string;
}

/** Saves what was edited, if nobody changed the task meanwhile: a lost race is left to the caller. */
export function useSaveTask() {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  return useMutation({
    mutationKey: CHANGING,
    mutationFn: async ({ id, changes, etag }: Saving): Promise<Versioned> => {
      const answer = await api.patch('/api/tasks/{id}', { path: { id }, body: changes, ifMatch: etag });
      return { task: answer.data, etag: answer.etag ?? '' };
    },
    onMutate: ({ id, changes }) => applyAhead(cache, org, id, (known) => ({ ...known, ...definedIn(changes) })),
    onSuccess: (saved, { id }) => {
      cache.setQueryData(keys.task(org, id), saved);
      tell('Saved');
    },
    onError: (error, _, ahead) => {
      ahead?.undo();
      if (!(error instanceof PreconditionFailedError)) tellError(error);
    },
    onSettled: () => refresh(cache, org),
  });
}

function definedIn(changes: TaskChanges): Partial<Task> {
  const { completed: _, labels, ...rest } = changes;
  return { ...rest, ...(labels === undefined ? {} : { labels: labels ?? [] }) };
}

export function useCreateTask() {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  return useMutation({
    mutationKey: CHANGING,
    mutationFn: async ({ task, key }: { task: NewTask; key: string }) => (await api.post('/api/tasks', { body: task, idempotencyKey: key })).data,
    onSuccess: (task) => {
      tell('Task created', task.title);
      refresh(cache, org);
    },
  });
}

export function useDeleteTask() {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  return useMutation({
    mutationKey: CHANGING,
    mutationFn: (id: string) => api.delete('/api/tasks/{id}', { path: { id } }),
    onMutate: (id) => applyAhead(cache, org, id, () => null),
    onSuccess: () => tell('Moved to the trash', 'It can be restored from there for a while.'),
    onError: (error, _, ahead) => {
      ahead?.undo();
      tellError(error);
    },
    onSettled: (_, error, id) => {
      if (!error) cache.removeQueries({ queryKey: keys.task(org, id) });
      refresh(cache, org);
    },
  });
}
