/** `GET /api/events`: live changes, read with fetch because they need a Bearer token, and reconnected for ever. */
import type { GetToken } from './client.js';
import { ApiError, readError, UnauthorizedError } from './problem.js';
import { pause } from './retry.js';
import { readEvents } from './sse.js';

/** What changed, without the content: fetch it. */
export interface Change {
  /** Such as `task.updated`. */
  type: string;
  at: string;
  actor_id: string | null;
  /** Null where it is not about a task. */
  task_id: string | null;
  target: { type: string; id: string };
}

export type LiveEvent =
  /** Connected; what comes from now on is heard. */
  | { type: 'open' }
  | { type: 'change'; id: string; change: Change }
  /** Too much was missed to be told: fetch everything again. */
  | { type: 'reset'; id: string }
  /** The connection was lost; another one is tried after `waitMs`. */
  | { type: 'lost'; waitMs: number };

export interface EventsSettings {
  signal?: AbortSignal;
  /** Go on after this event. */
  lastEventId?: string;
  /** Nothing heard for so long, heartbeats included, counts as a lost connection; 90 s unless said. */
  silenceMs?: number;
  /** The first wait for another connection, doubled up to 30 s; 1 s unless said. */
  firstWaitMs?: number;
}

/** How a connection ended. */
type Ending = 'ended' | 'lost' | 'none_here';

const LONGEST_WAIT_MS = 30_000;

export async function* follow(url: string, getToken: GetToken, by: typeof fetch, settings: EventsSettings): AsyncGenerator<LiveEvent> {
  const { signal, firstWaitMs = 1000 } = settings;
  const position = { lastEventId: settings.lastEventId ?? '', failures: 0, skipCache: false };
  while (!signal?.aborted) {
    let ending: Ending;
    let named = 0;
    try {
      ending = yield* connection(url, getToken, by, settings, position);
    } catch (error) {
      if (signal?.aborted) return;
      if (isFinal(error, position.failures)) throw error;
      ending = 'lost';
      named = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
      position.skipCache = error instanceof UnauthorizedError;
    }
    if (ending === 'none_here' || signal?.aborted) return;
    const backoff = Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** position.failures) * (0.5 + Math.random() / 2);
    // After a farewell nothing is wrong, but a thousand clients should not come back in the same moment.
    const waitMs = ending === 'ended' ? Math.random() * firstWaitMs : Math.max(named, backoff);
    if (ending === 'ended') position.skipCache = true;
    else {
      position.failures += 1;
      yield { type: 'lost', waitMs };
    }
    try {
      await pause(waitMs, signal);
    } catch {
      return;
    }
  }
}

/** A refusal that waiting does not mend. The first 401 may be a token that was just too old. */
function isFinal(error: unknown, failures: number): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error instanceof UnauthorizedError) return failures > 1;
  return error.status >= 400 && error.status < 500 && error.status !== 429;
}

async function* connection(
  url: string,
  getToken: GetToken,
  by: typeof fetch,
  settings: EventsSettings,
  position: { lastEventId: string; failures: number; skipCache: boolean },
): AsyncGenerator<LiveEvent, Ending> {
  const silence = new AbortController();
  const signal = settings.signal ? AbortSignal.any([settings.signal, silence.signal]) : silence.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(new Error('nothing was heard')), settings.silenceMs ?? 90_000);
  };
  try {
    alive();
    const answer = await connect(url, getToken, by, signal, position);
    if (answer === null) return 'none_here';
    position.skipCache = false;
    yield { type: 'open' };
    if (answer.body === null) return 'lost';
    for await (const { id, event, data } of readEvents(answer.body, alive)) {
      position.failures = 0;
      if (id !== '') position.lastEventId = id;
      if (event === 'end') return 'ended';
      if (event === 'reset') yield { type: 'reset', id };
      if (event === 'change') yield { type: 'change', id, change: JSON.parse(data) as Change };
    }
    return 'lost';
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** The open stream, or null where the server has none. */
async function connect(
  url: string,
  getToken: GetToken,
  by: typeof fetch,
  signal: AbortSignal,
  position: { lastEventId: string; skipCache: boolean },
): Promise<Response | null> {
  const token = await getToken({ skipCache: position.skipCache });
  const headers = new Headers({ Accept: 'text/event-stream' });
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  if (position.lastEventId !== '') headers.set('Last-Event-ID', position.lastEventId);
  const answer = await by(url, { headers, signal, cache: 'no-store' });
  if (answer.ok) return answer;
  if (answer.status === 404) return null;
  throw await readError(answer);
}
