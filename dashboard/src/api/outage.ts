/** Whether the service answers. While it does not, it is asked every few seconds, and everything is fetched again when it does. */
import { NetworkError, UnavailableError } from '@tenantry/client';
import { useSyncExternalStore } from 'react';

const EVERY_MS = 3000;

let down: string | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();
const recoveries = new Set<() => void>();

function set(next: string | null): void {
  if (next === down) return;
  down = next;
  for (const listener of listeners) listener();
}

/** A request failed for a reason that waiting may mend. */
export function noticeFailure(error: unknown): void {
  if (error instanceof NetworkError) set('The service cannot be reached.');
  else if (error instanceof UnavailableError && error.code !== 'clerk_unavailable') set('The service is too busy, or something it needs is away.');
  else return;
  timer ??= setInterval(() => void ask(), EVERY_MS);
}

export function noticeSuccess(): void {
  if (down !== null) recovered();
}

async function ask(): Promise<void> {
  const answer = await fetch('/health', { cache: 'no-store', signal: AbortSignal.timeout(EVERY_MS) }).catch(() => null);
  if (answer?.ok) recovered();
}

function recovered(): void {
  clearInterval(timer);
  timer = undefined;
  set(null);
  for (const recovery of recoveries) recovery();
}

/** Runs when the service answers again. */
export function onRecovery(run: () => void): () => void {
  recoveries.add(run);
  return () => recoveries.delete(run);
}

/** Why the service does not answer, in words; null while it does. */
export function useOutage(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => down,
  );
}
