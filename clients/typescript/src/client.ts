/** The client: one method for each verb, typed by the API document. */
import { fillPath, nextCursor, queryString } from './address.js';
import { follow, type EventsSettings, type LiveEvent } from './events.js';
import type { Data, Method, Operation, Options, OptionsArgument, PathOf, RequestSettings } from './operation.js';
import { NetworkError, readError, UnauthorizedError } from './problem.js';
import { mayRepeat, pause, waitBefore, type RetrySettings } from './retry.js';

/** Gives the session token, as Clerk's `getToken` does; null when nobody is signed in. */
export type GetToken = (options: { skipCache: boolean }) => Promise<string | null>;

export interface ClientSettings extends RetrySettings {
  /** Where the API is, without a slash at the end; the page's own origin when empty. */
  baseUrl?: string;
  getToken: GetToken;
  /** The longest time that one attempt may take; 20 s unless said. */
  timeoutMs?: number;
  fetch?: typeof fetch;
  /** Hears of each attempt that failed and is made again after `waitMs`. */
  onRetry?: (error: unknown, waitMs: number) => void;
}

/** A success, with what its headers say. */
export interface Answer<T> {
  data: T;
  status: number;
  /** The version, on single resources: for `ifMatch`. */
  etag: string | null;
  /** Of a list: the cursor of the next page, null on the last one. */
  next: string | null;
  /** Of a list, with `count: 'exact'`. */
  total: number | null;
  /** Whether this is the answer of an earlier request with the same Idempotency-Key. */
  replayed: boolean;
  requestId: string | null;
}

type ListPath = {
  [P in PathOf<'get'>]: Data<Operation<'get', P>> extends readonly unknown[] ? P : never;
}[PathOf<'get'>];

type Item<P extends ListPath> = Data<Operation<'get', P>> extends readonly (infer I)[] ? I : never;

interface Prepared extends RequestSettings {
  method: Method;
  url: string;
  body?: unknown;
}

interface AnyOptions extends RequestSettings {
  path?: object | undefined;
  query?: object | undefined;
  body?: unknown;
}

/** Codes of a 401 that a newly issued token can mend. */
const MENDED_BY_A_FRESH_TOKEN = new Set(['token_expired', 'token_stale', 'token_not_active', 'token_missing']);

export class TenantryClient {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  get<P extends PathOf<'get'>>(path: P, ...[options]: OptionsArgument<Operation<'get', P>>) {
    return this.#send<Operation<'get', P>>('get', path, options);
  }

  post<P extends PathOf<'post'>>(path: P, ...[options]: OptionsArgument<Operation<'post', P>>) {
    return this.#send<Operation<'post', P>>('post', path, options);
  }

  put<P extends PathOf<'put'>>(path: P, ...[options]: OptionsArgument<Operation<'put', P>>) {
    return this.#send<Operation<'put', P>>('put', path, options);
  }

  patch<P extends PathOf<'patch'>>(path: P, ...[options]: OptionsArgument<Operation<'patch', P>>) {
    return this.#send<Operation<'patch', P>>('patch', path, options);
  }

  delete<P extends PathOf<'delete'>>(path: P, ...[options]: OptionsArgument<Operation<'delete', P>>) {
    return this.#send<Operation<'delete', P>>('delete', path, options);
  }

  /** The pages of a list, one after the other, following `Link: …; rel="next"`. */
  async *pages<P extends ListPath>(path: P, ...[options]: OptionsArgument<Operation<'get', P>>): AsyncGenerator<Answer<Item<P>[]>> {
    const given = (options ?? {}) as AnyOptions;
    let query: object | undefined = given.query;
    for (;;) {
      const page = await this.#send<Operation<'get', P>>('get', path, { ...given, query } as Options<Operation<'get', P>>);
      yield page as Answer<Item<P>[]>;
      if (page.next === null) return;
      query = { ...given.query, cursor: page.next };
    }
  }

  /** Every item of a list, fetched page by page as they are asked for. */
  async *items<P extends ListPath>(path: P, ...[options]: OptionsArgument<Operation<'get', P>>): AsyncGenerator<Item<P>> {
    for await (const page of this.pages(path, ...([options] as OptionsArgument<Operation<'get', P>>))) yield* page.data;
  }

  /** A file, such as the audit log with `format: 'csv'`. */
  async file<P extends PathOf<'get'>>(path: P, ...[options]: OptionsArgument<Operation<'get', P>>): Promise<Blob> {
    const answer = await this.#attempts(this.#prepared('get', path, options as AnyOptions | undefined));
    return answer.blob();
  }

  /** What changes, as it changes. Reconnects by itself; ends when the signal says so, or the server has no events. */
  events(settings: EventsSettings = {}): AsyncGenerator<LiveEvent> {
    const { baseUrl = '', getToken, fetch: by = fetch } = this.#settings;
    return follow(`${baseUrl}/api/events`, getToken, (...request) => by(...request), settings);
  }

  async #send<O>(method: Method, path: string, options: object | undefined): Promise<Answer<Data<O>>> {
    const answer = await this.#attempts(this.#prepared(method, path, options as AnyOptions | undefined));
    const text = await answer.text();
    const total = answer.headers.get('x-total-count');
    return {
      data: (text === '' ? undefined : JSON.parse(text)) as Data<O>,
      status: answer.status,
      etag: answer.headers.get('etag'),
      next: nextCursor(answer.headers.get('link')),
      total: total === null ? null : Number(total),
      replayed: answer.headers.get('idempotency-replayed') === 'true',
      requestId: answer.headers.get('x-request-id'),
    };
  }

  #prepared(method: Method, path: string, options: AnyOptions = {}): Prepared {
    const { path: values, query, ...rest } = options;
    const url = (this.#settings.baseUrl ?? '') + fillPath(path, values) + queryString(query);
    const idempotencyKey = method === 'post' ? (options.idempotencyKey ?? crypto.randomUUID()) : undefined;
    return { ...rest, method, url, idempotencyKey };
  }

  async #attempts(request: Prepared): Promise<Response> {
    let renewed = request.freshToken === true;
    let skipCache = renewed;
    for (let attempt = 1; ; ) {
      try {
        return await this.#once(request, skipCache);
      } catch (error) {
        if (error instanceof UnauthorizedError && !renewed && MENDED_BY_A_FRESH_TOKEN.has(error.code)) {
          renewed = skipCache = true;
          continue;
        }
        const again = { method: request.method, hasBody: request.body !== undefined, ifMatch: request.ifMatch !== undefined };
        const wait = mayRepeat(error, again) ? waitBefore(attempt, error, this.#settings) : null;
        if (wait === null) throw error;
        this.#settings.onRetry?.(error, wait);
        await pause(wait, request.signal);
        attempt += 1;
        skipCache = false;
      }
    }
  }

  async #once(request: Prepared, skipCache: boolean): Promise<Response> {
    const { fetch: by = fetch, timeoutMs = 20_000 } = this.#settings;
    const headers = await this.#headers(request, skipCache);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    let answer: Response;
    try {
      answer = await by(request.url, { method: request.method.toUpperCase(), headers, body, signal });
    } catch (cause) {
      if (request.signal?.aborted) throw cause;
      throw new NetworkError('The server cannot be reached.', { cause });
    }
    if (!answer.ok) throw await readError(answer);
    return answer;
  }

  async #headers(request: Prepared, skipCache: boolean): Promise<Headers> {
    const headers = new Headers({ Accept: 'application/json, application/problem+json;q=0.9, */*;q=0.1' });
    const token = await this.#settings.getToken({ skipCache });
    if (token !== null) headers.set('Authorization', `Bearer ${token}`);
    if (request.body !== undefined) headers.set('Content-Type', 'application/json');
    if (request.ifMatch !== undefined) headers.set('If-Match', request.ifMatch);
    if (request.idempotencyKey !== undefined) headers.set('Idempotency-Key', request.idempotencyKey);
    return headers;
  }
}

/** A client of the API at `baseUrl`. */
export function createClient(settings: ClientSettings): TenantryClient {
  return new TenantryClient(settings);
}
