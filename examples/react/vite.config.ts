import { defaultClientConditions, defineConfig } from 'vite';

// The gateway is reached by the page's own address, so that its cookies are those of the page.
const target = process.env.QUANTGATE_URL ?? 'http://127.0.0.1:4000';

export default defineConfig({
  // Within this repository the packages need no build; elsewhere leave this line out.
  resolve: { conditions: ['quantgate-source', ...defaultClientConditions] },
  server: { port: 5173, strictPort: true, proxy: { '/v1': target, '/graphql': { target, ws: true } } },
});
