// Makes one script of the page.
import { build } from 'esbuild';
import { answer, ask } from './dialogue.mjs';

await ask();
await build({
  entryPoints: ['page.jsx'],
  absWorkingDir: import.meta.dirname,
  outfile: 'page.js',
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'error',
});
answer({ script: `${import.meta.dirname}/page.js` });
