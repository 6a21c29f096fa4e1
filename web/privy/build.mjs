// Builds the script of the page that speaks with Privy: one file, without what only wallets need.
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
  return chunks[0].code;
}
