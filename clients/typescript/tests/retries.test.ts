import { expect, test } from 'vitest';
import { createClient, NetworkError, TooManyRequestsError, UnavailableError } from '../src/index.js';
import { json, problem, serve, type TestServer } from './server.js';

const clientOf = (server: TestServer, more = {}) =>
  createClient({ baseUrl: server.url, getToken: async () => 'a-token', firstWaitMs: 1, ...more });

test('a POST is repeated under the same Idempotency-Key', async () => {
  await using server = await serve((_, answer, count) =>
    count < 3 ? problem(answer, 503, 'timeout', {}, { 'retry-after': '0' }) : json(answer, 201, { id: 'x' }, { 'idempotency-replayed': 'true' }),
  );
  const heard: unknown[] = [];
  const answer = await clientOf(server, { onRetry: (error: unknown) => heard.push(error) }).post('/api/tasks', { body: { title: 'Once' } });
  expect(answer).toMatchObject({ status: 201, replayed: true });
  const keys = server.seen.map((one) => one.headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(heard.every((error) => error instanceof UnavailableError)).toBe(true);
});

test('two calls have two keys, and a given key is kept', async () => {
  await using server = await serve((_, answer) => json(answer, 201, {}));
  const client = clientOf(server);
  await client.post('/api/tasks', { body: { title: 'a' } });
  await client.post('/api/tasks', { body: { title: 'a' } });
  await client.post('/api/tasks', { body: { title: 'a' }, idempotencyKey: 'mine' });
  const keys = server.seen.map((one) => one.headers['idempotency-key']);
  expect(keys[0]).not.toBe(keys[1]);
  expect(keys[2]).toBe('mine');
});

test('Retry-After is waited for', async () => {
  await using server = await serve((_, answer, count) =>
    count === 1 ? problem(answer, 429, 'rate_limited', {}, { 'retry-after': '1' }) : json(answer, 200, []),
  );
  const began = performance.now();
  await clientOf(server).get('/api/tasks');
  expect(performance.now() - began).toBeGreaterThan(990);
});

test('a wait that is too long is not waited for, but told', async () => {
  await using server = await serve((_, answer) => problem(answer, 429, 'rate_limited', {}, { 'retry-after': '600' }));
  const error = await clientOf(server).get('/api/tasks').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TooManyRequestsError);
  expect(error).toMatchObject({ retryAfter: 600 });
  expect(server.seen).toHaveLength(1);
});

test('it gives up after the attempts it has', async () => {
  await using server = await serve((_, answer) => problem(answer, 503, 'database_unavailable'));
  await expect(clientOf(server, { retries: 2 }).get('/api/tasks')).rejects.toThrow(UnavailableError);
  expect(server.seen).toHaveLength(3);
});

test('what may have been done is not done twice', async () => {
  await using server = await serve((_, answer) => problem(answer, 503, 'timeout'));
  const client = clientOf(server);
  const path = { id: 'x' };
  await expect(client.patch('/api/tasks/{id}/complete', { path })).rejects.toThrow(UnavailableError);
  await expect(client.patch('/api/tasks/{id}', { path, body: { title: 'b' }, ifMatch: '"v1"' })).rejects.toThrow(UnavailableError);
  await expect(client.delete('/api/tasks/{id}', { path })).rejects.toThrow(UnavailableError);
  expect(server.seen).toHaveLength(3);
});

test('a write that was refused before anything was done is repeated', async () => {
  await using server = await serve((_, answer, count) =>
    count === 1 ? problem(answer, 503, 'overloaded') : json(answer, 200, {}, { etag: '"v2"' }),
  );
  await clientOf(server).patch('/api/tasks/{id}', { path: { id: 'x' }, body: { title: 'b' }, ifMatch: '"v1"' });
  expect(server.seen).toHaveLength(2);
});

test('no other refusal is repeated', async () => {
  await using server = await serve((_, answer) => problem(answer, 409, 'last_admin'));
  await expect(clientOf(server).get('/api/tasks')).rejects.toMatchObject({ code: 'last_admin' });
  expect(server.seen).toHaveLength(1);
});

test('a server that is away is tried again, and is an error in the end', async () => {
  const server = await serve((_, answer) => json(answer, 200, {}));
  await server[Symbol.asyncDispose]();
  let retries = 0;
  await expect(clientOf(server, { onRetry: () => (retries += 1) }).get('/api/me')).rejects.toThrow(NetworkError);
  expect(retries).toBe(3);
});
