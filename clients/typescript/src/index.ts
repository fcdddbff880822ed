/** A typed client of the Tenantry API. */
import type { components } from './schema.js';

export { createClient, TenantryClient, type Answer, type ClientSettings, type GetToken } from './client.js';
export type { Change, EventsSettings, LiveEvent } from './events.js';
export type { Data, Method, Operation, Options, PathOf, RequestSettings } from './operation.js';
export * from './problem.js';
export type { RetrySettings } from './retry.js';
export type { components, operations, paths } from './schema.js';

/** The schemas of the API document, by name: `Schemas['Task']`. */
export type Schemas = components['schemas'];
