/** The typed client, with the session's token, for every component below. */
import { useClerk } from '@clerk/react';
import { createClient, type TenantryClient } from '@tenantry/client';
import { createContext, use, useMemo, type ReactNode } from 'react';
import { tokensOf } from './token';

const ApiContext = createContext<TenantryClient | null>(null);

export function ApiProvider({ children }: { children: ReactNode }) {
  const clerk = useClerk();
  const client = useMemo(() => createClient({ getToken: tokensOf(clerk), retries: 2, longestWaitMs: 4000 }), [clerk]);
  return <ApiContext value={client}>{children}</ApiContext>;
}

export function useApi(): TenantryClient {
  const client = use(ApiContext);
  if (client === null) throw new Error('useApi stands outside of ApiProvider');
  return client;
}
