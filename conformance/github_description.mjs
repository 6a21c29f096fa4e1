// GitHub's own description of its API as judge of requests: the path exists, every parameter is one of its own and fits, and
// so does the body. Of what it says about answers only the examples are used.
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');

export class GithubDescription {
  constructor() {
    const text = readFileSync(file, 'utf8');
    this.document = nullable(JSON.parse(text));
    this.ajv = new Ajv({ strict: false, validateFormats: false, coerceTypes: true, allErrors: true });
    this.ajv.addSchema(this.document, 'github');
    const templates = Object.keys(this.document.paths).map((template) => ({
      template,
      literals: template.split('/').filter((part) => !part.startsWith('{')).length,
      pattern: new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    }));
    // Of several that fit, the one with more words of its own.
    this.templates = templates.sort((a, b) => b.literals - a.literals);
  }

  find({ method, path }) {
    return this.templates.find(({ template, pattern }) => {
      return pattern.test(path) && this.document.paths[template][method.toLowerCase()];
    });
  }

  /** The example of what GitHub answers when all goes well. */
  example({ method, path }) {
    const { template } = this.find({ method, path });
    const { responses } = this.document.paths[template][method.toLowerCase()];
    const [status, response] = Object.entries(responses).find(([status]) => status.startsWith('2'));
    const examples = this.resolve(response).content?.['application/json']?.examples ?? {};
    const [first] = Object.values(examples);
    if (!first) throw new Error(`${method} ${template} has no example`);
    // A value may be a reference again, and lead to an example.
    const value = this.resolve(this.resolve(first).value);
    return { status: Number(status), body: value.value ?? value };
  }

  /** What is wrong with a request; nothing if it is as described. */
  judge({ method, path, query, body }) {
    const found = this.find({ method, path });
    if (!found) return [`${method} ${path} is not described`];
    const operation = this.document.paths[found.template][method.toLowerCase()];
    const place = `${method} ${found.template}`;
    const wrong = [];
    const parameters = (operation.parameters ?? []).map((given) => this.resolve(given));
    for (const [name, value] of query) {
      const known = parameters.find((one) => one.in === 'query' && one.name === name);
      if (!known) wrong.push(`${place}: no parameter ${name}`);
      else wrong.push(...this.check({ type: 'object', properties: { [name]: known.schema } }, { [name]: value }, place));
    }
    for (const one of parameters)
      if (one.in === 'query' && one.required && !query.has(one.name))
        wrong.push(`${place}: ${one.name} is missing`);
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    if (body && !schema) wrong.push(`${place}: takes no body`);
    if (body && schema) wrong.push(...this.check(schema, JSON.parse(body), place));
    return wrong;
  }

  resolve(value) {
    if (!value.$ref) return value;
    const parts = value.$ref.slice(2).split('/');
    return parts.reduce((inner, part) => inner[part.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
  }

  check(schema, value, place) {
    const validate = this.ajv.compile(local(schema));
    if (validate(value)) return [];
    return validate.errors.map((error) => `${place}: ${error.instancePath} ${error.message}`);
  }
}

/** References into the document, from a schema that is compiled outside of it. */
function local(value) {
  if (Array.isArray(value)) return value.map(local);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [name, `github${inner}`] : [name, local(inner)],
  );
  return Object.fromEntries(entries);
}

/** `nullable` says nothing to a validator of JSON Schema, and one without a type makes it give up without a word. */
function nullable(value) {
  if (Array.isArray(value)) return value.map(nullable);
  if (value === null || typeof value !== 'object') return value;
  const { nullable: may, ...rest } = value;
  const inner = Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, nullable(one)]));
  return may === true ? { anyOf: [inner, { type: 'null' }] } : inner;
}
