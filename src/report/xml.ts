/** XML 1.0, as much as a report in JUnit's form needs. */

/** An element; `undefined` attributes are left out. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  /** Elements, or one text. */
  readonly content?: readonly XmlElement[] | string;
}

/**
 * What XML 1.0 has no way to write, not even escaped: control characters but tab and line ends, lone
 * surrogates, U+FFFE and U+FFFF.
 *
 * @see Source: XML 1.0, section 2.2, production `Char`.
 */
const NOT_XML =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** A document with its declaration, indented, with a line end. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${elementLines(root, '').join('\n')}\n`;
}

function elementLines({ name, attributes, content }: XmlElement, indent: string): string[] {
  const start = `${indent}<${name}${Object.entries(attributes).map(attributeText).join('')}`;
  if (content === undefined || content.length === 0) return [`${start}/>`];
  if (typeof content === 'string') return [`${start}>${escaped(content)}</${name}>`];
  const inner = content.flatMap((child) => elementLines(child, `${indent}  `));
  return [`${start}>`, ...inner, `${indent}</${name}>`];
}

function attributeText([name, value]: readonly [string, string | number | undefined]): string {
  if (value === undefined) return '';
  // A parser makes a space of a line end in an attribute unless it is written as a number.
  const text = escaped(String(value)).replaceAll(/[\t\r\n]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return ` ${name}="${text}"`;
}

function escaped(text: string): string {
  return text
    .replaceAll(NOT_XML, '\uFFFD')
    .replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
