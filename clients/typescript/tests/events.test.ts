import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createClient, ForbiddenError, type LiveEvent } from '../src/index.js';
import { readEvents, type ServerSentEvent } from '../src/sse.js';
import { problem, serve, type TestServer } from './server.js';

const clientOf = (server: TestServer, getToken = async (_: { skipCache: boolean }): Promise<string | null> => 'a-token') =>
  createClient({ baseUrl: server.url, getToken });

function stream(answer: ServerResponse, text: string): void {
  answer.writeHead(200, { 'content-type': 'text/event-stream' });
  answer.write(text);
}

/** Listens until `count` events have come. */
async function take(events: AsyncGenerator<LiveEvent>, count: number): Promise<LiveEvent[]> {
  const taken: LiveEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

test('changes are told as they come, heartbeats are not', async () => {
  await using server = await serve((_, answer) =>
    stream(answer, ': hello\n\nid: 7\nevent: change\ndata: {"type":"task.updated","task_id":"t","version":3}\n\n: beat\n\nid: 8\nevent: reset\ndata:\n\n'),
  );
  expect(await take(clientOf(server).events(), 3)).toEqual([
    { type: 'open' },
    { type: 'change', id: '7', change: { type: 'task.updated', task_id: 't', version: 3 } },
    { type: 'reset', id: '8' },
  ]);
  expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer a-token', accept: 'text/event-stream' });
});

test('after `end` it comes back with a fresh token and the last id', async () => {
  const skipped: boolean[] = [];
  await using server = await serve((_, answer, count) => {
    if (count === 1) return stream(answer, 'id: 7\nevent: change\ndata: {"type":"task.created"}\n\nevent: end\ndata:\n\n');
    return stream(answer, 'id: 8\nevent: change\ndata: {"type":"task.deleted"}\n\n');
  });
  const getToken = async ({ skipCache }: { skipCache: boolean }) => {
    skipped.push(skipCache);
    return 't';
  };
  const heard = await take(clientOf(server, getToken).events({ firstWaitMs: 1 }), 4);
  expect(heard.map((event) => event.type)).toEqual(['open', 'change', 'open', 'change']);
  expect(server.seen[1]?.headers['last-event-id']).toBe('7');
  expect(skipped).toEqual([false, true]);
});

test('a lost connection is made again', async () => {
  await using server = await serve((_, answer, count) => {
    if (count === 1) {
      stream(answer, 'id: 1\nevent: change\ndata: {"type":"a"}\n\n');
      return setTimeout(() => answer.destroy(), 10);
    }
    if (count === 2) return problem(answer, 503, 'overloaded');
    return stream(answer, ': here\n\n');
  });
  const heard = await take(clientOf(server).events({ firstWaitMs: 1 }), 5);
  expect(heard.map((event) => event.type)).toEqual(['open', 'change', 'lost', 'lost', 'open']);
});

test('silence counts as a lost connection', async () => {
  await using server = await serve((_, answer) => stream(answer, ': here\n\n'));
  const heard = await take(clientOf(server).events({ silenceMs: 40, firstWaitMs: 1 }), 3);
  expect(heard.map((event) => event.type)).toEqual(['open', 'lost', 'open']);
});

test('a server without events ends it quietly', async () => {
  await using server = await serve((_, answer) => problem(answer, 404, 'route_not_found'));
  expect(await take(clientOf(server).events(), 1)).toEqual([]);
  expect(server.seen).toHaveLength(1);
});

test('who may not listen is told so', async () => {
  await using server = await serve((_, answer) => problem(answer, 403, 'organization_required'));
  await expect(take(clientOf(server).events(), 1)).rejects.toThrow(ForbiddenError);
});

test('its signal ends it, while it listens and while it waits', async () => {
  await using server = await serve((_, answer, count) => (count === 1 ? stream(answer, ': here\n\n') : problem(answer, 503, 'overloaded')));
  for (const settings of [{}, { firstWaitMs: 60_000 }]) {
    const ending = new AbortController();
    const heard: string[] = [];
    for await (const event of clientOf(server).events({ ...settings, signal: ending.signal })) {
      heard.push(event.type);
      setTimeout(() => ending.abort(), 5);
    }
    expect(heard).toHaveLength(1);
  }
});

test('events are read however they are cut and whatever ends their lines', async () => {
  const text = 'id: 1\r\nevent: change\r\ndata: a\r\ndata:b\r\n\r\n: c\r\rdata: z\rid\r\rdata: é\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const events: ServerSentEvent[] = [];
    for await (const event of readEvents(body, () => undefined)) events.push(event);
    expect(events).toEqual([
      { id: '1', event: 'change', data: 'a\nb' },
      { id: '', event: 'message', data: 'z' },
      { id: '', event: 'message', data: 'é' },
    ]);
  }
});
