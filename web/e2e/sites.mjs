// Two loopback origins: the host's page, and the views under the policy that the specification gives them.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
/** What hosts make of a view that declares no origins. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'none'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'self'",
].join('; ');
const HOST_PAGE = `<!doctype html><html lang="en"><title>host</title>
<style>body{margin:0}iframe{display:block;width:100%;height:60px;border:0}</style>
<body><script type="module" src="/host.js"></script>`;

export async function openSites() {
  const script = await hostScript();
  const host = await serve((path) =>
    path === '/host.js' ? [script, 'text/javascript'] : [HOST_PAGE, 'text/html'],
  );
  const views = await serve((path) => {
    const [, app, name] = /^\/(\w+)\/(\w+)$/.exec(path) ?? [];
    if (!name) return undefined;
    return [readFileSync(join(root, 'apps', app, 'widgets', name, 'view.html')), 'text/html'];
  }, POLICY);
  const close = () => [host, views].forEach(({ server }) => server.close());
  return { host: host.origin, views: views.origin, close };
}

async function serve(find, policy) {
  const server = createServer((request, response) => {
    const [body, type] = find(new URL(request.url, 'http://localhost').pathname) ?? [];
    const headers = { 'content-type': `${type}; charset=utf-8` };
    if (policy) headers['content-security-policy'] = policy;
    response.writeHead(body ? 200 : 404, body ? headers : {}).end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function hostScript() {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      rolldownOptions: { input: join(import.meta.dirname, 'host.mjs') },
    },
  });
  return output.find(({ type }) => type === 'chunk').code;
}
