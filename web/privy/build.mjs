// Builds the script of the page that speaks with Privy: one file, without what only wallets need.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** Privy's SDK brings them for wallets and telephone numbers. A sign-in by mail calls none of it. */
const LEFT_OUT = ['viem', 'viem/chains', 'libphonenumber-js/min', 'libphonenumber-js/examples.mobile.json'];
const MARK = '\0left out';

const leftOut = {
  name: 'left-out',
  enforce: 'pre',
  resolveId: (id) => (LEFT_OUT.includes(id) ? MARK : undefined),
  // Not an ES module, so that nobody misses an export before it is called; and what is called at the start.
  load: (id) => (id === MARK ? 'module.exports = { getCountries: () => [] };' : undefined),
};

export async function script(root) {
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [leftOut],
    build: {
      write: false,
      modulePreload: false,
      target: ['chrome123', 'firefox120', 'safari17.5'],
      rolldownOptions: { input: join(root, 'web/privy/main.ts') },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${chunks.length} files in place of one`);
  return `${notice(Object.keys(chunks[0].modules))}${chunks[0].code}`;
}

/** Whose work the file holds, and under which licenses. */
function notice(modules) {
  const folders = modules.flatMap((id) => id.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0] ?? []);
  const packages = [...new Set(folders)].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    // One of Privy's own brings its license as a file alone.
    const whole = license ?? (/Apache License/.test(readFileSync(join(folder, 'LICENSE'), 'utf8')) && 'Apache-2.0');
    if (!whole) throw new Error(`${name} names no license`);
    return `${name} ${version} (${whole})`;
  });
  return `/*! Built from web/privy. With ${packages.sort().join(', ')}. */\n`;
}
