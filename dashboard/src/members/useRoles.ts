import { useOrganization } from '@clerk/react';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/keys';
import { useWorkspace } from '../api/me';

/** Always there at Clerk. */
const BUILT_IN = ['org:admin', 'org:member'];

/** The roles that the organization can give, which only Clerk knows. */
export function useRoles(): string[] {
  const { organization } = useOrganization();
  const { org, may } = useWorkspace();
  const { data } = useQuery({
    queryKey: keys.roles(org),
    queryFn: async () => (await organization?.getRoles({ pageSize: 20 }))?.data.map((role) => role.key) ?? BUILT_IN,
    staleTime: 5 * 60_000,
    enabled: may.manageMembers && organization?.id === org,
  });
  return data ?? BUILT_IN;
}
