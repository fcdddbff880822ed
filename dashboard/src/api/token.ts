/** Session tokens from clerk-js, with what it leaves open: waiting for too long, and an organization that one was removed from. */
import type { useClerk } from '@clerk/react';
import { isClerkAPIResponseError } from '@clerk/react/errors';
import { NetworkError, type GetToken } from '@tenantry/client';

type Clerk = ReturnType<typeof useClerk>;

/** clerk-js asks for a token for minutes before it gives up; nobody should look at a spinner for so long. */
const TIMEOUT_MS = 8000;

/** What Clerk answers when the page's organization is none of the person's any more. */
const REMOVED = new Set([403, 404]);

export function tokensOf(clerk: Clerk): GetToken {
  let leaving: Promise<void> | null = null;
  async function leave(): Promise<void> {
    leaving ??= clerk.setActive({ organization: null }).finally(() => {
      leaving = null;
    });
    return leaving;
  }
  async function token(skipCache: boolean): Promise<string | null> {
    try {
      return (await clerk.session?.getToken({ skipCache })) ?? null;
    } catch (error) {
      if (!isClerkAPIResponseError(error)) throw error;
      if (!REMOVED.has(error.status) || !clerk.organization) throw error;
      // Without an organization the page asks for another one.
      await leave();
      return (await clerk.session?.getToken({ skipCache: true })) ?? null;
    }
  }
  return async ({ skipCache }) => {
    try {
      return await inTime(token(skipCache));
    } catch (error) {
      if (isClerkAPIResponseError(error) && error.status < 500) throw error;
      throw error instanceof NetworkError ? error : new NetworkError('The sign-in service cannot be reached.', { cause: error });
    }
  };
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NetworkError('The sign-in service does not answer.')), TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
