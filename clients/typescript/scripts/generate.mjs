// Writes src/schema.ts from the API document of the repository; with --check it only says whether that is up to date.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../../openapi.json', import.meta.url);
const target = new URL('../src/schema.ts', import.meta.url);
const head = '// Generated from openapi.json by `npm run generate`; not to be edited.\n\n';

const text = head + astToString(await openapiTS(document, { alphabetize: false }));
if (process.argv.includes('--check')) {
  const committed = await readFile(target, 'utf8').catch(() => '');
  if (committed !== text) {
    console.error('src/schema.ts is not what openapi.json says: run `npm run generate` and commit the difference.');
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
