/** HTML that is safe by its making: text put into it is escaped unless it is markup itself. */

/** Text that is HTML. Only {@link html} makes it, so text from a cluster can never pass for it. */
export class Markup {
  readonly #text: string;

  constructor(parts: readonly string[], values: readonly Content[]) {
    let text = parts[0] ?? '';
    for (const [index, value] of values.entries()) {
      text += `${textOf(value)}${parts[index + 1] ?? ''}`;
    }
    this.#text = text;
  }

  /** The HTML itself. */
  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: markup as it is, text and numbers escaped, nothing for undefined. */
export type Content = Markup | string | number | undefined | readonly Content[];

/**
 * Markup from a template. Values are escaped for text and for quoted attributes; never put one into an
 * unquoted attribute, a tag's name, a script or a style.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts, values);
}

function textOf(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(textOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * What must not reach a page as it is: controls, which HTML forbids, and the marks that turn the direction
 * of writing, by which a name could pass for another.
 */
const UNSHOWABLE =
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Text as HTML; what cannot be shown becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll(UNSHOWABLE, '\u{fffd}')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A value as JSON that may stand in a script element: it can neither end it nor begin a comment. */
export function embeddedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return new Markup([text], []);
}
