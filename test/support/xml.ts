/** A strict reader of the XML that reports write: elements, attributes, text, the five entities and numbers. */

/** An element that was read. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  /** Text directly within it. */
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: ReadElement[];
  text: string;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const PIECE = /<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
const ATTRIBUTE = / ([\w-]+)="([^"<]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** The root of a document; throws where it is not well-formed. */
export function readXml(text: string): ReadElement {
  if (!text.startsWith(DECLARATION)) throw new Error('no XML declaration');
  const body = text.slice(DECLARATION.length).trim();
  const document: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open: OpenElement[] = [document];
  let end = 0;
  for (const match of body.matchAll(PIECE)) {
    const [whole, closed, opened, attributes = '', selfClosed, words] = match;
    const current = open.at(-1) ?? document;
    end = match.index + whole.length;
    if (words !== undefined) current.text += unescaped(words);
    else if (closed !== undefined) {
      if (current.name !== closed) throw new Error(`<${current.name}> is ended by </${closed}>`);
      open.pop();
    } else {
      const element = { name: opened ?? '', attributes: read(attributes), children: [], text: '' };
      current.children.push(element);
      if (selfClosed !== '/') open.push(element);
    }
  }
  if (end !== body.length) throw new Error(`not XML from here: ${body.slice(end, end + 60)}`);
  const [root] = document.children;
  if (root === undefined || open.length !== 1 || document.children.length !== 1) {
    throw new Error('expected one root element that is closed');
  }
  return root;
}

function read(attributes: string): Readonly<Record<string, string>> {
  const all = [...attributes.matchAll(ATTRIBUTE)].map(
    ([, name = '', value = '']) => [name, unescaped(value)] as const,
  );
  if (new Set(all.map(([name]) => name)).size !== all.length) throw new Error('attribute twice');
  return Object.fromEntries(all);
}

function unescaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- XML has no way to write them
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/u.test(text)) {
    throw new Error('a character that XML cannot hold');
  }
  return text.replaceAll(/&(?:#(\d+)|(\w+));|&/g, (whole, code: string, name: string) => {
    const sign = code === undefined ? ENTITIES[name] : String.fromCodePoint(Number(code));
    if (sign === undefined) throw new Error(`${whole} is no entity`);
    return sign;
  });
}
