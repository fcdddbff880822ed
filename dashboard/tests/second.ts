/** A second process of the program on the same PostgreSQL, with an address of its own that a browser can go to. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { BINARY, freePort, type Stack } from './stack';

const run = promisify(execFile);
const SERVER = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Debian keeps the newest program out of PATH. */
function psql(): string {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder).sort((one, other) => Number(other) - Number(one)) : [];
  return versions.map((version) => `${folder}/${version}/bin/psql`).find((path) => existsSync(path)) ?? 'psql';
}

/** An empty database, or null where no PostgreSQL answers. */
export async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> } | null> {
  const name = `tenantry_browser_${process.pid}_${Date.now()}`;
  const sql = (statement: string): Promise<unknown> => run(psql(), ['-X', '-q', '-w', '-c', statement, SERVER]);
  try {
    await sql(`CREATE DATABASE ${name}`);
  } catch (error) {
    if (process.env['CI']) throw error;
    return null;
  }
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`).then(() => undefined) };
}

export interface Second {
  /** Where a browser goes: this process, and beside it the one local Clerk there is. */
  url: string;
  stop: () => Promise<void>;
}

export async function startSecond(first: Stack, database: string): Promise<Second> {
  const [port, front] = [await freePort(), await freePort()];
  const url = `http://localhost:${front}`;
  const environment = {
    PATH: process.env['PATH'],
    APP_ENV: 'local',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATABASE_URL: database,
    CLERK_PUBLISHABLE_KEY: 'pk_test_Y2xlcmsubG9jYWxob3N0JA',
    CLERK_SECRET_KEY: first.secretKey,
    CLERK_ISSUER: first.clerk,
    CLERK_JWKS_URL: `${first.clerk}/.well-known/jwks.json`,
    CLERK_API_URL: first.clerk,
    CLERK_PROXY_URL: '/__clerk',
    CORS_ORIGINS: url,
    RUST_LOG: 'warn',
  };
  const program = spawn(BINARY, ['serve'], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  const server = createServer((request, answer) => {
    const clerk = request.url?.startsWith('/__clerk') === true;
    forward(request, answer, clerk ? Number(new URL(first.url).port) : port);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(front, '127.0.0.1', resolve));
  await answers(`http://127.0.0.1:${port}/readyz`);
  return {
    url,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(address: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${address} does not answer`);
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
