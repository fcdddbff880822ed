/** The cache of what the API said. The client itself repeats what may be repeated, so queries do not. */
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ForbiddenError, UnauthorizedError } from '@tenantry/client';
import { noticeFailure, noticeSuccess } from './outage';
import { keys } from './keys';

/** A refusal means that what we know of the caller's powers is old. */
function notice(error: unknown): void {
  noticeFailure(error);
  if (error instanceof ForbiddenError || error instanceof UnauthorizedError) {
    void queryClient.invalidateQueries({ queryKey: keys.me });
  }
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onSuccess: noticeSuccess,
    onError: (error, query) => {
      if (query.queryKey[0] === keys.me[0]) noticeFailure(error);
      else notice(error);
    },
  }),
  mutationCache: new MutationCache({ onSuccess: noticeSuccess, onError: notice }),
  defaultOptions: {
    queries: { retry: false, staleTime: 3000, refetchOnWindowFocus: true, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
