/** Live changes of the active organization: what they concern is fetched again. Without them, pages do so on focus. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Change } from '@tenantry/client';
import { useEffect } from 'react';
import { useApi } from './ApiContext';
import { keys } from './keys';

/** Changes that come together are fetched together. */
const GATHER_MS = 150;

export function useLiveChanges(org: string, enabled: boolean): void {
  const api = useApi();
  const cache = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    const ending = new AbortController();
    const gathered = gather(cache, org);
    void (async () => {
      try {
        for await (const event of api.events({ signal: ending.signal })) {
          if (event.type === 'change') gathered.add(event.change);
          if (event.type === 'reset') void cache.invalidateQueries({ queryKey: ['org', org] });
        }
      } catch {
        // Not allowed to listen: the page then learns of changes on focus.
      }
    })();
    return () => {
      ending.abort();
      gathered.stop();
    };
  }, [api, cache, org, enabled]);
}

function gather(cache: QueryClient, org: string): { add: (change: Change) => void; stop: () => void } {
  let waiting: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const concerned = new Map(waiting.flatMap((change) => concernedBy(org, change)).map((key) => [JSON.stringify(key), key]));
    waiting = [];
    for (const queryKey of concerned.values()) void cache.invalidateQueries({ queryKey });
  };
  return {
    add: (change) => {
      waiting.push(change);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** The cached answers that a change makes old. */
export function concernedBy(org: string, change: Change): (readonly unknown[])[] {
  const [subject] = change.type.split('.');
  const id = change.task_id ?? undefined;
  switch (subject) {
    case 'task':
    case 'tasks': {
      const lists = [keys.taskLists(org), keys.stats(org), keys.trash(org), keys.organization(org)];
      return id === undefined ? lists : [...lists, keys.task(org, id), keys.activity(org, id)];
    }
    case 'comment':
      return id === undefined ? [] : [keys.comments(org, id), keys.activity(org, id)];
    case 'member':
    case 'membership':
      return [keys.members(org), keys.organization(org), keys.me];
    case 'invitation':
      return [keys.invitations(org), keys.organization(org)];
    default:
      return [keys.organization(org), keys.billing(org), keys.me];
  }
}
