import { expect, test } from 'vitest';
import { createClient, NetworkError, PlanLimitError, PreconditionFailedError, ReverificationRequiredError, ValidationError, ForbiddenError } from '../src/index.js';
import { json, problem, serve, type TestServer } from './server.js';

const clientOf = (server: TestServer, more = {}) =>
  createClient({ baseUrl: server.url, getToken: async () => 'a-token', firstWaitMs: 1, ...more });

test('sends path, query, body and token, and reads the headers of the answer', async () => {
  await using server = await serve((_, answer) => json(answer, 200, { id: 'a/b', title: 'New' }, { etag: '"v2"', 'x-request-id': 'r-9' }));
  const answer = await clientOf(server).patch('/api/tasks/{id}', { path: { id: 'a/b' }, body: { title: 'New' }, ifMatch: '"v1"' });
  expect(answer).toMatchObject({ data: { title: 'New' }, etag: '"v2"', requestId: 'r-9', status: 200 });
  expect(server.seen[0]).toMatchObject({
    method: 'PATCH',
    url: '/api/tasks/a%2Fb',
    body: '{"title":"New"}',
    headers: { authorization: 'Bearer a-token', 'if-match': '"v1"', 'content-type': 'application/json' },
  });
});

test('leaves out what is absent of a query, and repeats what is a list', async () => {
  await using server = await serve((_, answer) => json(answer, 200, []));
  await clientOf(server).get('/api/tasks', { query: { status: ['pending', 'started'], label: [], limit: 5, completed: false } });
  expect(server.seen[0]?.url).toBe('/api/tasks?status=pending&status=started&limit=5&completed=false');
});

test('answers nothing where the API answers nothing', async () => {
  await using server = await serve((_, answer) => answer.writeHead(204).end());
  const { data } = await clientOf(server).delete('/api/tasks/{id}', { path: { id: 'x' } });
  expect(data).toBeUndefined();
});

test('every problem is an error of its own class, with what it says', async () => {
  const answers: [number, string, object, Record<string, string>][] = [
    [402, 'task_limit_reached', { limit: 100, used: 100, plan: 'free_org' }, {}],
    [403, 'permission_missing', { permission: 'org:tasks:edit' }, {}],
    [403, 'reverification_required', { clerk_error: { type: 'forbidden', reason: 'reverification-error', metadata: { reverification: 'strict' } } }, {}],
    [412, 'precondition_failed', {}, { etag: '"v7"' }],
    [422, 'validation_failed', { errors: [{ pointer: '/title', code: 'required', detail: 'A title is needed.' }] }, {}],
  ];
  await using server = await serve((_, answer, count) => problem(answer, ...answers[count - 1]!));
  const client = clientOf(server);
  const failure = () => client.put('/api/tasks/{id}', { path: { id: 'x' }, body: {} }).then(() => null, (error: unknown) => error);
  const limit = await failure();
  expect(limit).toBeInstanceOf(PlanLimitError);
  expect(limit).toMatchObject({ code: 'task_limit_reached', limit: 100, used: 100, plan: 'free_org', requestId: 'r-1', message: 'Because of task_limit_reached.' });
  const forbidden = await failure();
  expect(forbidden).toBeInstanceOf(ForbiddenError);
  expect(forbidden).toMatchObject({ permission: 'org:tasks:edit' });
  const step = await failure();
  expect(step).toBeInstanceOf(ReverificationRequiredError);
  expect(step).toMatchObject({ hint: { reason: 'reverification-error' } });
  const lost = await failure();
  expect(lost).toBeInstanceOf(PreconditionFailedError);
  expect(lost).toMatchObject({ etag: '"v7"' });
  const invalid = await failure();
  expect(invalid).toBeInstanceOf(ValidationError);
  expect((invalid as ValidationError).of('title')?.detail).toBe('A title is needed.');
});

test('a page that is no problem document is a network error', async () => {
  await using server = await serve((_, answer) => answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'));
  await expect(clientOf(server, { retries: 0 }).get('/api/me')).rejects.toThrow(NetworkError);
});

test('a stale token is replaced by a fresh one, once', async () => {
  const asked: boolean[] = [];
  await using server = await serve((request, answer) =>
    request.headers.authorization === 'Bearer fresh' ? json(answer, 200, {}) : problem(answer, 401, 'token_stale'),
  );
  const getToken = async ({ skipCache }: { skipCache: boolean }) => {
    asked.push(skipCache);
    return skipCache ? 'fresh' : 'old';
  };
  await clientOf(server, { getToken }).get('/api/me');
  expect(asked).toEqual([false, true]);
  await expect(clientOf(server, { getToken: async () => 'old' }).get('/api/me')).rejects.toMatchObject({ code: 'token_stale' });
  expect(server.seen).toHaveLength(4);
});

test('somebody else, banned or signed out, is not asked for another token', async () => {
  await using server = await serve((_, answer) => problem(answer, 401, 'token_revoked'));
  await expect(clientOf(server).get('/api/me')).rejects.toMatchObject({ code: 'token_revoked' });
  expect(server.seen).toHaveLength(1);
});

test('a request that its signal ends throws the reason of the signal', async () => {
  await using server = await serve(() => undefined);
  const ending = new AbortController();
  const request = clientOf(server, { retries: 0 }).get('/api/me', { signal: ending.signal });
  setTimeout(() => ending.abort(new Error('gone')), 20);
  await expect(request).rejects.toThrow('gone');
});

test('an attempt that takes too long is a network error', async () => {
  await using server = await serve(() => undefined);
  await expect(clientOf(server, { timeoutMs: 30, retries: 0 }).get('/api/me')).rejects.toThrow(NetworkError);
});

test('a path parameter that is missing is said at once', async () => {
  await using server = await serve((_, answer) => json(answer, 200, {}));
  await expect(clientOf(server).get('/api/tasks/{id}', { path: { id: '' } })).rejects.toThrow('needs id');
  expect(server.seen).toHaveLength(0);
});
