/** Lists that grow page by page. */
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import type { Answer } from '@tenantry/client';

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number | null;
}

export type Pages<T> = InfiniteData<Page<T>, string | null>;

export interface List<T> {
  items: T[];
  total: number | null;
  isPending: boolean;
  isFetching: boolean;
  error: Error | null;
  hasMore: boolean;
  isFetchingMore: boolean;
  more: () => void;
  again: () => void;
}

interface Settings {
  enabled?: boolean;
  staleTime?: number;
}

export function useList<T>(
  queryKey: readonly unknown[],
  fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Answer<T[]>>,
  settings: Settings = {},
): List<T> {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam, signal }): Promise<Page<T>> => {
      const answer = await fetchPage(pageParam ?? undefined, signal);
      return { items: answer.data, next: answer.next, total: answer.total };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    ...settings,
  });
  return {
    items: query.data?.pages.flatMap((page) => page.items) ?? [],
    total: query.data?.pages[0]?.total ?? null,
    isPending: query.isPending,
    isFetching: query.isFetching,
    // What is known already is better than a message in its place.
    error: query.data === undefined ? query.error : null,
    hasMore: query.hasNextPage,
    isFetchingMore: query.isFetchingNextPage,
    more: () => {
      if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
    },
    again: () => void query.refetch(),
  };
}
