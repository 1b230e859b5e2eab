/** The `Warning` header, which kubectl prints. */

/** Values of `Warning` headers that carry these texts. */
export function warningHeader(texts: readonly string[] = []): readonly string[] {
  return texts.map((text) => `299 - ${quoted(text)}`);
}

/** A quoted string of a header; what a header cannot carry becomes `?`. */
function quoted(text: string): string {
  const clean = text.replaceAll(/[^\t\u0020-\u007E]/g, '?');
  return `"${clean.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}
