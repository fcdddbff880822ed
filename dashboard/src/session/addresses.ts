/** Our pages as Clerk names them: with the folder that the dashboard is served from. */
export const BASE = import.meta.env.BASE_URL;

export const SIGN_IN = `${BASE}sign-in`;
export const SIGN_UP = `${BASE}sign-up`;

/** A path of ours as the router has it, or null when it is none of ours. */
export function routed(address: string): string | null {
  const url = new URL(address, window.location.origin);
  if (url.origin !== window.location.origin) return null;
  const path = `${url.pathname}/`.startsWith(BASE) ? `/${url.pathname.slice(BASE.length)}` : null;
  return path === null ? null : path + url.search + url.hash;
}

/** Where to go after signing in: only ever a page of ours. */
export function destination(wanted: string | null): string {
  return wanted !== null && routed(wanted) !== null ? new URL(wanted, window.location.origin).toString() : BASE;
}
