/** The typed client, with the session's token, for every component below. */
import { useAuth } from '@clerk/react';
import { createClient, NetworkError, type GetToken, type TenantryClient } from '@tenantry/client';
import { createContext, use, useMemo, type ReactNode } from 'react';

const ApiContext = createContext<TenantryClient | null>(null);

/** clerk-js asks for a token for minutes before it gives up; nobody should look at a spinner for so long. */
const TOKEN_TIMEOUT_MS = 8000;

export function ApiProvider({ children }: { children: ReactNode }) {
  const { getToken } = useAuth();
  const client = useMemo(() => createClient({ getToken: inTime(getToken), retries: 2, longestWaitMs: 4000 }), [getToken]);
  return <ApiContext value={client}>{children}</ApiContext>;
}

export function useApi(): TenantryClient {
  const client = use(ApiContext);
  if (client === null) throw new Error('useApi stands outside of ApiProvider');
  return client;
}

function inTime(getToken: (options: { skipCache: boolean }) => Promise<string | null>): GetToken {
  return async (options) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NetworkError('The sign-in service does not answer.')), TOKEN_TIMEOUT_MS);
    });
    const token = getToken(options).catch((cause: unknown) => {
      throw new NetworkError('The sign-in service cannot be reached.', { cause });
    });
    try {
      return await Promise.race([token, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
