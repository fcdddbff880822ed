/** Serves the built dashboard under /app/ and hands everything else to `tenantry dev`, for binaries that do not serve it themselves. */
import { readFile } from 'node:fs/promises';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { CSP } from './csp';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

const CONFIG = { publishable_key: 'pk_test_Y2xlcmsubG9jYWxob3N0JA', proxy_url: '/__clerk', local: true };

export interface Front {
  stop: () => Promise<void>;
}

export async function serveFront(dist: string, port: number, apiPort: number): Promise<Front> {
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/app/config.json') answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(CONFIG));
    else if (pathname.startsWith('/app/')) void page(dist, pathname.slice('/app/'.length), answer);
    else forward(request, answer, apiPort);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function page(dist: string, path: string, answer: ServerResponse): Promise<void> {
  const wanted = normalize(path === '' ? 'index.html' : path);
  const file = wanted.startsWith('..') ? null : await readFile(join(dist, wanted)).catch(() => null);
  const type = file === null ? TYPES['.html'] : (TYPES[extname(wanted)] ?? 'application/octet-stream');
  const body = file ?? (await readFile(join(dist, 'index.html')));
  answer.writeHead(200, { 'content-type': type, 'content-security-policy': CSP, 'x-content-type-options': 'nosniff' }).end(body);
}

function forward(request: IncomingMessage, answer: ServerResponse, port: number): void {
  const headers = { ...request.headers, 'x-forwarded-host': request.headers.host ?? '', 'x-forwarded-proto': 'http' };
  const onward = send({ host: '127.0.0.1', port, method: request.method, path: request.url, headers }, (from) => {
    answer.writeHead(from.statusCode ?? 502, from.headers);
    from.pipe(answer);
  });
  onward.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502);
    answer.end();
  });
  answer.on('close', () => onward.destroy());
  request.pipe(onward);
}
