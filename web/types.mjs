// Writes the TypeScript types of the tools' answers that widgets import, from the snapshots' output schemas.
// `node web/types.mjs [--check]`. A tool whose snapshot is not there yet keeps the file that it has.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const HEAD = "// Generated from the tool's output schema by web/types.mjs: do not edit.\n\n";
const IMPORT = /from '[./]+\/types\/(\w+)\.ts'/g;

process.chdir(dirname(import.meta.dirname));
const check = process.argv.includes('--check');
const stale = [];

for (const app of globSync('apps/*/widgets').map(dirname)) {
  const sources = globSync(`${app}/widgets/**/*.tsx`).map((path) => readFileSync(path, 'utf8'));
  const tools = new Set(sources.flatMap((text) => [...text.matchAll(IMPORT)].map((m) => m[1])));
  for (const tool of [...tools].sort()) {
    const path = `${app}/widgets/types/${tool}.ts`;
    const [snapshot] = globSync(`${app}/snapshots/**/${tool}.json`);
    if (!snapshot) continue;
    const text = HEAD + typesOf(tool, JSON.parse(readFileSync(snapshot, 'utf8')).outputSchema);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
for (const path of stale)
  console.log(check ? `stale: ${path}; run \`just widgets\`` : `wrote ${path}`);
process.exitCode = check && stale.length ? 1 : 0;

function typesOf(tool, schema) {
  const name = tool.replace(/(^|_)(\w)/g, (_, _gap, letter) => letter.toUpperCase());
  return `export interface ${name} ${typeOf(schema, '')}\n`;
}

function typeOf(schema, indent) {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  switch (schema.type) {
    case 'object':
      return objectOf(schema, indent);
    case 'array': {
      const item = typeOf(schema.items ?? {}, indent);
      return item.includes(' | ') && !item.includes('\n') ? `(${item})[]` : `${item}[]`;
    }
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
      return schema.type;
    default:
      return 'unknown';
  }
}

function objectOf({ properties = {}, required = [] }, indent) {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const note = schema.description ? `${inner}/** ${schema.description} */\n` : '';
    return `${note}${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};\n`;
  });
  return lines.length ? `{\n${lines.join('')}${indent}}` : 'Record<string, unknown>';
}
