// Reads the forms of an HTML page: enough of HTML for pages written by hand, and for nothing else.

const ENTITIES = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  '#34': '"',
  '#x2F': '/',
  '#38': '&',
  '#60': '<',
  '#62': '>',
};

const decode = (text) => text.replace(/&([#\w]+);/g, (whole, name) => ENTITIES[name] ?? whole);

function attributesOf(tag) {
  const attributes = {};
  for (const [, name, quoted, single, bare] of tag.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g,
  )) {
    attributes[name.toLowerCase()] = decode(quoted ?? single ?? bare ?? '');
  }
  return attributes;
}

/** Every form: its action, method and fields (inputs and buttons, hidden ones too), in page order. */
export function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
    const { action = '', method = 'get' } = attributesOf(head);
    const fields = [...body.matchAll(/<(input|button)\b([^>]*)>/gi)]
      .map(([, element, rest]) => {
        const attributes = attributesOf(rest);
        const type = attributes.type ?? (element.toLowerCase() === 'button' ? 'submit' : 'text');
        return {
          ...attributes,
          type,
          value: attributes.value ?? (type === 'checkbox' ? 'on' : ''),
        };
      })
      .filter((field) => field.name);
    return { action, method: method.toLowerCase(), fields };
  });
}
