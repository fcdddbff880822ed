/** What the server says about itself before anything else can be done: `/app/config.json`. */

export interface Config {
  publishableKey: string;
  /** Where Clerk is reached on this origin; null for Clerk's own addresses. */
  proxyUrl: string | null;
  /** Whether the local Clerk answers, with its demo people. */
  local: boolean;
}

export async function loadConfig(): Promise<Config> {
  const answer = await fetch(`${import.meta.env.BASE_URL}config.json`, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`config.json answered ${answer.status}`);
  const body = (await answer.json()) as { publishable_key: string; proxy_url: string | null; local: boolean };
  return { publishableKey: body.publishable_key, proxyUrl: body.proxy_url, local: body.local };
}
