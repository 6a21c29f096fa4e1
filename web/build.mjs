// Builds each widget into one HTML file that loads nothing, beside its source: apps/<app>/widgets/<name>/view.html;
// and the script of the page that speaks with Privy, which the issuer embeds.
// `node web/build.mjs [--check]`: with --check it writes nothing and fails when a committed page is stale or too large.
import tailwindcss from '@tailwindcss/vite';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { script } from './privy/build.mjs';

const root = dirname(import.meta.dirname);
const check = process.argv.includes('--check');

let failures = 0;
for (const entry of globSync('apps/*/widgets/*/main.tsx', { cwd: root }).sort())
  keep(`${dirname(entry)}/view.html`, await page(entry), 45);
keep('crates/issuer/src/pages/privy.js', await script(root), 55);
if (failures) console.log('run `just widgets` and commit what it writes');
process.exitCode = failures ? 1 : 0;

/** Writes what was built, or compares it with what is committed. */
function keep(path, text, gzipKilobytesMax) {
  const kilobytes = gzipSync(text).length / 1024;
  const stale = readCommitted(join(root, path)) !== text;
  const large = kilobytes > gzipKilobytesMax;
  const verdict = large ? 'too large' : !stale ? 'up to date' : check ? 'stale' : 'written';
  console.log(`${path}: ${kilobytes.toFixed(1)} KB gzip, ${verdict}`);
  if (stale && !check) writeFileSync(join(root, path), text);
  if (large || (stale && check)) failures += 1;
}

/** A self-contained page. */
async function page(entry) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [scanned(dirname(dirname(entry))), tailwindcss()],
    resolve: { alias: { 'react-dom/client': 'preact/compat/client', react: 'preact/compat' } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      modulePreload: false,
      cssCodeSplit: false,
      // New enough for light-dark(), which hosts use in their style variables.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      rolldownOptions: { input: join(root, entry) },
    },
  });
  const script = output.find(({ type }) => type === 'chunk').code.trim();
  const style = output.find(({ fileName }) => fileName.endsWith('.css')).source.trim();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(entry)}</title>
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<main tabindex="-1"></main>
<script type="module">${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>
`;
}

/** Class names come from the sources of the app's widgets only, so that no page depends on what was built before. */
function scanned(folder) {
  const style = resolve(import.meta.dirname, 'kit/style.css');
  return {
    name: 'scanned',
    enforce: 'pre',
    transform: (code, id) =>
      id === style ? `${code}\n@source '${join(root, folder)}/**/*.tsx';\n` : undefined,
  };
}

function titleOf(entry) {
  const words = basename(dirname(entry)).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function readCommitted(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
