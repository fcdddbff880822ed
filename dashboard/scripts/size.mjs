// Fails when the first load is too heavy: the entry, what it imports, and the heaviest page on top. Clerk's own script is apart.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 250_000;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

const sizes = new Map();
function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length);
  return sizes.get(file);
}

/** The script files that a chunk needs before it runs. */
function scripts(key, found = new Set()) {
  const chunk = manifest[key];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) scripts(imported, found);
  return found;
}

const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const base = scripts(entry);
const pages = Object.keys(manifest)
  .filter((key) => manifest[key].isDynamicEntry)
  .map((key) => ({ key, bytes: sum(scripts(key, new Set(base))) }))
  .sort((a, b) => b.bytes - a.bytes);

const kilo = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(`entry ${kilo(sum(base))} compressed; with a page on top:`);
for (const { key, bytes } of pages) console.log(`  ${kilo(bytes).padStart(9)}  ${key}`);
const worst = pages[0]?.bytes ?? sum(base);
if (worst > LIMIT) {
  console.error(`The first load is ${kilo(worst)}, more than ${kilo(LIMIT)}. Split it, or take something lighter.`);
  process.exit(1);
}
