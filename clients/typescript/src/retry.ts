/** Which failures are worth another attempt, and how long to wait for it. */
import type { Method } from './operation.js';
import { ApiError, NetworkError, TooManyRequestsError, UnavailableError } from './problem.js';

export interface RetrySettings {
  /** Further attempts after the first one; 3 unless said. */
  retries?: number;
  /** The first wait, doubled each time, when the server names none; 300 ms unless said. */
  firstWaitMs?: number;
  /** A longer wait is not waited for: the error is thrown, with its `retryAfter`. 15 s unless said. */
  longestWaitMs?: number;
}

export interface Attempted {
  method: Method;
  hasBody: boolean;
  ifMatch: boolean;
}

/** Codes of a 503 that promise that nothing was done. */
const NOTHING_WAS_DONE = new Set(['overloaded', 'keys_unavailable']);

/** Whether sending the same request again can do no harm. */
export function mayRepeat(error: unknown, request: Attempted): boolean {
  if (error instanceof TooManyRequestsError) return true;
  if (!(error instanceof UnavailableError) && !(error instanceof NetworkError)) return false;
  if (error instanceof ApiError && NOTHING_WAS_DONE.has(error.code)) return true;
  switch (request.method) {
    case 'get':
    case 'post': // carries an Idempotency-Key
      return true;
    case 'put':
    case 'patch': // under If-Match the second would be refused for what the first has done; without a body it toggles
      return request.hasBody && !request.ifMatch;
    case 'delete':
      return false;
  }
}

/** How long to wait before attempt `attempt` (from 1), or null for not at all. */
export function waitBefore(attempt: number, error: unknown, settings: RetrySettings): number | null {
  const { retries = 3, firstWaitMs = 300, longestWaitMs = 15_000 } = settings;
  if (attempt > retries) return null;
  const named = error instanceof ApiError ? error.retryAfter : null;
  const doubled = firstWaitMs * 2 ** (attempt - 1);
  const wait = Math.max(named === null ? 0 : named * 1000, doubled) + Math.random() * firstWaitMs;
  return wait > longestWaitMs ? null : wait;
}

/** Sleeps; the signal wakes it with its reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', wake);
      resolve();
    }, ms);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
