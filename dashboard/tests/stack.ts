/** The built program in a folder of its own, on free ports. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const DASHBOARD = resolve(import.meta.dirname, '..');
export const BINARY = process.env['TENANTRY_BIN'] ?? resolve(process.env['CARGO_TARGET_DIR'] ?? resolve(DASHBOARD, '../target'), 'debug/tenantry');

export interface Stack {
  /** Where the browser goes: `<url>/app/`. */
  url: string;
  /** The local Clerk. */
  clerk: string;
  secretKey: string;
  /** Ends the program as a crash would. */
  kill: () => Promise<void>;
  /** Starts it again on the same ports with the same data. */
  restart: () => Promise<void>;
  /** Makes everybody's last proof of who they are this much older; restarts the program. */
  ageProofs: (minutes: number) => Promise<void>;
  stop: () => Promise<void>;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export async function startStack(settings: Record<string, string> = {}): Promise<Stack> {
  if (!existsSync(BINARY)) throw new Error(`There is no program at ${BINARY}: run \`cargo build\`, or name it in TENANTRY_BIN.`);
  if (!existsSync(join(DASHBOARD, 'dist/index.html'))) throw new Error('The dashboard is not built: run `npm run build`.');
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-browser-'));
  // `dev` looks for the dashboard, and for Clerk's packages in its node_modules, beside itself.
  await symlink(DASHBOARD, join(folder, 'dashboard'));
  const [port, clerkPort] = [await freePort(), await freePort()];
  let program = await launch(folder, port, clerkPort, settings);
  const clerk = `http://127.0.0.1:${clerkPort}`;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (program.child.exitCode !== null) return;
    const ended = new Promise((resolve) => program.child.once('exit', resolve));
    program.child.kill(signal);
    await ended;
  };
  return {
    url: `http://localhost:${port}`,
    clerk,
    secretKey: program.secretKey,
    kill: () => end('SIGKILL'),
    restart: async () => {
      program = await launch(folder, port, clerkPort, settings);
    },
    ageProofs: async (minutes) => {
      await end('SIGTERM');
      const state = join(folder, '.tenantry/clerk.json');
      await writeFile(state, JSON.stringify(aged(JSON.parse(await readFile(state, 'utf8')), Date.now() - minutes * 60_000)));
      program = await launch(folder, port, clerkPort, settings);
    },
    stop: async () => {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The local Clerk's state, with every session's proof made at this time. */
function aged(value: unknown, at: number): unknown {
  if (Array.isArray(value)) return value.map((one) => aged(one, at));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, name === 'verified_at' ? at : aged(one, at)] as const);
  return Object.fromEntries(entries);
}

interface Program {
  child: ChildProcess;
  secretKey: string;
}

async function launch(folder: string, port: number, clerkPort: number, settings: Record<string, string>): Promise<Program> {
  const child = spawn(BINARY, ['dev', '--clerk-port', String(clerkPort)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: String(port), RUST_LOG: 'warn', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const secretKey = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`The program does not start:\n${output}`)), 30_000);
    const hear = (piece: Buffer): void => {
      output += piece.toString();
      const key = /secret key: (\S+?)\)/.exec(output)?.[1];
      if (key === undefined || !output.includes('People of the local Clerk')) return;
      clearTimeout(late);
      resolve(key);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`The program ended with ${code}:\n${output}`)));
  });
  return { child, secretKey };
}
