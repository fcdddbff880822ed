/** Who the caller is and what they may do, as the API says. Nothing here reads a token. */
import { useAuth } from '@clerk/react';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { createContext, use } from 'react';
import { useApi } from './ApiContext';
import { keys } from './keys';

export type Me = Schemas['Me'];

export interface Powers {
  view: boolean;
  create: boolean;
  edit: boolean;
  remove: boolean;
  manageMembers: boolean;
  admin: boolean;
}

export interface Workspace {
  me: Me;
  /** The active organization's id; the person's own id in a personal workspace. */
  org: string;
  may: Powers;
}

/** How often the powers are asked for again without any occasion: tokens are renewed about as often. */
const EVERY_MS = 30_000;

export function useMeQuery(): UseQueryResult<Me> {
  const api = useApi();
  const { userId, orgId } = useAuth();
  return useQuery({
    queryKey: [...keys.me, userId, orgId ?? null],
    // A known answer is asked for again because of a doubt, and a token from the cache would repeat what it says.
    queryFn: async ({ signal, client, queryKey }) => {
      const doubted = client.getQueryState(queryKey)?.isInvalidated === true;
      return (await api.get('/api/me', { signal, freshToken: doubted })).data;
    },
    refetchInterval: EVERY_MS,
    enabled: typeof userId === 'string',
  });
}

export function powersOf(me: Me): Powers {
  const holds = (permission: string): boolean => me.org_permissions.includes(permission);
  const admin = me.org_role === 'org:admin';
  const personal = me.org_id == null;
  return {
    view: personal || holds('org:tasks:view'),
    create: personal || holds('org:tasks:create'),
    edit: personal || holds('org:tasks:edit'),
    remove: personal || holds('org:tasks:delete'),
    manageMembers: !personal && (admin || holds('org:members:manage')),
    admin: !personal && admin,
  };
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (workspace === null) throw new Error('useWorkspace stands outside of a workspace');
  return workspace;
}
