import { expect, test } from 'vitest';
import { createClient } from '../src/index.js';
import { nextCursor } from '../src/address.js';
import { json, serve } from './server.js';

test('items are fetched page by page, with the filters of the first', async () => {
  await using server = await serve((request, answer) => {
    const cursor = new URL(request.url, 'http://x').searchParams.get('cursor');
    const page = Number(cursor ?? 0);
    const link: Record<string, string> = page < 2 ? { link: `</api/tasks?status=pending&limit=2&cursor=${page + 1}>; rel="next"` } : {};
    json(answer, 200, [{ id: `${page}a` }, { id: `${page}b` }], link);
  });
  const client = createClient({ baseUrl: server.url, getToken: async () => null });
  const ids: string[] = [];
  for await (const task of client.items('/api/tasks', { query: { status: ['pending'], limit: 2 } })) ids.push(task.id);
  expect(ids).toEqual(['0a', '0b', '1a', '1b', '2a', '2b']);
  expect(server.seen.map((one) => one.url)).toEqual([
    '/api/tasks?status=pending&limit=2',
    '/api/tasks?status=pending&limit=2&cursor=1',
    '/api/tasks?status=pending&limit=2&cursor=2',
  ]);
});

test('who stops early asks for no further page', async () => {
  await using server = await serve((_, answer) => json(answer, 200, [{ id: 'a' }], { link: '</api/members?cursor=n>; rel="next"' }));
  const client = createClient({ baseUrl: server.url, getToken: async () => null });
  for await (const member of client.items('/api/members')) {
    expect(member).toEqual({ id: 'a' });
    break;
  }
  expect(server.seen).toHaveLength(1);
});

test.each([
  [null, null],
  ['</api/tasks?cursor=a%2Bb>; rel="next"', 'a+b'],
  ['<https://api.example.com/api/tasks?limit=1&cursor=c>; rel="prev", <https://api.example.com/api/tasks?cursor=d>; rel=next', 'd'],
  ['</api/tasks?cursor=a>; rel="prev"', null],
])('the next page of %s', (link, cursor) => {
  expect(nextCursor(link)).toBe(cursor);
});
