/** The members by id, to name who did what and to choose an assignee from. */
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@tenantry/client';
import { useMemo } from 'react';
import { useApi } from '../api/ApiContext';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';

export type Member = Schemas['Member'];

/** A larger organization is searched, not listed; ids that are not among these are shown shortened. */
const MOST = 200;

export interface Directory {
  members: Member[];
  nameOf: (id: string | null | undefined) => string;
  imageOf: (id: string | null | undefined) => string | null;
}

export function memberName(member: Member): string {
  return member.name ?? member.email ?? shortened(member.user_id);
}

function shortened(id: string): string {
  return `${id.slice(0, 5)}…${id.slice(-4)}`;
}

export function useDirectory(): Directory {
  const api = useApi();
  const { org, me } = useWorkspace();
  const personal = me.org_id == null;
  const { data } = useQuery({
    queryKey: keys.directory(org),
    queryFn: async ({ signal }) => (await api.get('/api/members', { query: { limit: MOST }, signal })).data,
    staleTime: 60_000,
    enabled: !personal,
  });
  return useMemo(() => {
    const members = data ?? [];
    const byId = new Map(members.map((member) => [member.user_id, member]));
    return {
      members,
      nameOf: (id) => {
        if (id == null) return 'nobody';
        const member = byId.get(id);
        if (member) return memberName(member);
        return id === me.user_id ? (me.profile.name ?? 'You') : shortened(id);
      },
      imageOf: (id) => (id == null ? null : (byId.get(id)?.image_url ?? null)),
    };
  }, [data, me]);
}
