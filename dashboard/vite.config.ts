import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** Where `tenantry dev` listens; another port by TENANTRY_URL. */
const server = { target: process.env['TENANTRY_URL'] ?? 'http://localhost:8000', changeOrigin: false, xfwd: true };
const proxy = Object.fromEntries(['/api', '/__clerk', '/app/config.json', '/health', '/livez'].map((path) => [path, server]));

export default defineConfig({
  base: '/app/',
  plugins: [react()],
  // The client package is used from its sources, so that nothing has to be built before.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  server: { port: 5173, proxy, fs: { allow: ['.', '../clients/typescript'] } },
  preview: { proxy },
  build: { manifest: true, target: 'es2022', sourcemap: false, assetsInlineLimit: 0 },
});
