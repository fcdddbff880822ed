/** What the API document says of each operation, as types: its path and query parameters, its body and its answer. */
import type { paths } from './schema.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that have the method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends undefined ? never : P;
}[keyof paths] &
  string;

export type Operation<M extends Method, P extends PathOf<M>> = NonNullable<paths[P][M]>;

type PathParameters<O> = O extends { parameters: { path: infer V } } ? V : undefined;

type QueryParameters<O> = O extends { parameters: { query?: infer V } } ? NonNullable<V> : undefined;

type JsonBody<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined;

type OptionalJsonBody<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : undefined;

type Success<O> = O extends { responses: infer R } ? R[keyof R & (200 | 201)] : never;

/** What a success answers, as JSON; `undefined` where it answers nothing. */
export type Data<O> = [Success<O>] extends [never]
  ? undefined
  : Success<O> extends { content: { 'application/json': infer J } }
    ? J
    : undefined;

type Given<K extends string, V> = [V] extends [undefined] ? { [X in K]?: undefined } : { [X in K]: V };

type Allowed<K extends string, V> = [V] extends [undefined] ? { [X in K]?: undefined } : { [X in K]?: V | undefined };

type BodyOption<O> = [JsonBody<O>] extends [undefined]
  ? Allowed<'body', OptionalJsonBody<O>>
  : Given<'body', JsonBody<O>>;

/** What may be said of any one request. */
export interface RequestSettings {
  /** Ends the request, and its waiting for another attempt. */
  signal?: AbortSignal | undefined;
  /** The version that the resource must have, from an earlier answer's `etag`: else `PreconditionFailedError`. */
  ifMatch?: string | undefined;
  /** On POST. Made for each call unless given; give one to send the same request again in another call. */
  idempotencyKey?: string | undefined;
  /** Ask for a token past the cache, as after a factor was verified again. */
  freshToken?: boolean | undefined;
}

/** The parameters of an operation, with the settings of a request. */
export type Options<O> = Given<'path', PathParameters<O>> &
  Allowed<'query', QueryParameters<O>> &
  BodyOption<O> &
  RequestSettings;

/** The options may be left out where nothing in them is required. */
export type OptionsArgument<O> = object extends Options<O> ? [options?: Options<O>] : [options: Options<O>];
