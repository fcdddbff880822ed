/** Addresses of requests: parameters put into a path and a query, and a `Link` header read. */

type QueryValue = string | number | boolean | readonly (string | number | boolean)[] | null | undefined;

/** Puts values into the `{…}` of a path. */
export function fillPath(path: string, values: object | undefined): string {
  const given: Record<string, unknown> = { ...values };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = given[name];
    if (value === undefined || value === null || value === '') throw new TypeError(`The path ${path} needs ${name}.`);
    return encodeURIComponent(String(value));
  });
}

/** A query with its question mark, or nothing. Lists repeat the name; absent, null and empty lists are left out. */
export function queryString(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, QueryValue>)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The cursor in the `rel="next"` of a `Link` header (RFC 8288), or null on the last page. */
export function nextCursor(link: string | null): string | null {
  for (const part of link?.split(/,(?=\s*<)/) ?? []) {
    const match = /^\s*<([^>]*)>(.*)$/.exec(part);
    if (match?.[1] === undefined || !/;\s*rel="?next"?/i.test(match[2] ?? '')) continue;
    return new URL(match[1], 'http://relative.invalid').searchParams.get('cursor');
  }
  return null;
}
