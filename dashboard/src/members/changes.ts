/** Changing members. What concerns an administrator asks the person to verify again that it is they. */
import { useReverification } from '@clerk/react';
import { isReverificationCancelledError } from '@clerk/react/errors';
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ReverificationRequiredError, type Problem } from '@tenantry/client';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';
import type { Pages } from '../api/pages';
import { tell, tellError } from '../ui/Toasts';
import { memberName, type Member } from './directory';
import { roleName } from './roles';

/** `useReverification` looks for Clerk's hint in what its function returns, and calls it again when it is satisfied. */
async function hinting<T>(request: () => Promise<T>): Promise<T | Problem> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ReverificationRequiredError) return error.problem;
    throw error;
  }
}

function changeAhead(cache: QueryClient, org: string, id: string, change: (member: Member) => Member | null): () => void {
  const before = cache.getQueriesData<Pages<Member>>({ queryKey: [...keys.members(org), 'list'] });
  for (const [key, pages] of before) {
    if (pages === undefined) continue;
    const change1 = (member: Member): Member[] => (member.user_id === id ? [change(member)].filter((one) => one !== null) : [member]);
    cache.setQueryData(key, { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.flatMap(change1) })) });
  }
  return () => {
    for (const [key, pages] of before) cache.setQueryData(key, pages);
  };
}

function failed(error: unknown, undo: (() => void) | undefined): void {
  undo?.();
  if (!isReverificationCancelledError(error)) tellError(error);
}

export function useChangeRole() {
  const api = useApi();
  const cache = useQueryClient();
  const { org, me } = useWorkspace();
  // A factor that was just verified shows in a new token only.
  const send = useReverification((user_id: string, role: string) =>
    hinting(() => api.patch('/api/members/{user_id}', { path: { user_id }, body: { role }, freshToken: true })),
  );
  return useMutation({
    mutationFn: ({ member, role }: { member: Member; role: string }) => send(member.user_id, role),
    onMutate: ({ member, role }) => changeAhead(cache, org, member.user_id, (one) => ({ ...one, role })),
    onSuccess: (_, { member, role }) => tell('Role changed', `${memberName(member)} is ${roleName(role)} now.`),
    onError: (error, _, undo) => failed(error, undo),
    onSettled: (_, __, { member }) => {
      void cache.invalidateQueries({ queryKey: keys.members(org) });
      if (member.user_id === me.user_id) void cache.invalidateQueries({ queryKey: keys.me });
    },
  });
}

export function useRemoveMember() {
  const api = useApi();
  const cache = useQueryClient();
  const { org } = useWorkspace();
  const send = useReverification((user_id: string) =>
    hinting(() => api.delete('/api/members/{user_id}', { path: { user_id }, freshToken: true })),
  );
  return useMutation({
    mutationFn: (member: Member) => send(member.user_id),
    onMutate: (member) => changeAhead(cache, org, member.user_id, () => null),
    onSuccess: (_, member) => tell('Removed', `${memberName(member)} has no access any more.`),
    onError: (error, _, undo) => failed(error, undo),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: keys.members(org) });
      void cache.invalidateQueries({ queryKey: keys.organization(org) });
    },
  });
}
