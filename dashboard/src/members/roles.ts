/** Roles as people read them. */

const NAMES: Record<string, string> = { 'org:admin': 'Administrator', 'org:member': 'Member', 'org:viewer': 'Viewer' };

export function roleName(key: string): string {
  const known = NAMES[key];
  if (known !== undefined) return known;
  const bare = key.replace(/^org:/, '').replaceAll('_', ' ');
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}
