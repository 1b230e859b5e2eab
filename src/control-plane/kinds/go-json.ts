/** What Go's JSON decoder says of a text. */

/**
 * Why a text cannot be read as an object; undefined when it can. Where exactly it stops is told for its
 * first character and its end alone: between them the words are Go's, the character is a guess.
 *
 * @see Source: Go's `encoding/json`, `scanner.go` and `decode.go`.
 */
export function jsonObjectFault(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return syntaxFault(text, error);
  }
  if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
}

function syntaxFault(text: string, error: unknown): string {
  const start = text.trimStart();
  if (start === '') return 'unexpected end of JSON input';
  const first = start.charAt(0);
  if (!/[-{["0-9tfn]/.test(first)) {
    return `invalid character ${goCharacter(first)} looking for beginning of value`;
  }
  const place = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  const at = place === undefined ? text.length : Number(place);
  if (at >= text.length) return 'unexpected end of JSON input';
  return `invalid character ${goCharacter(text.charAt(at))} ${context(text.slice(0, at))}`;
}

/** What was expected, from what stands before. */
function context(before: string): string {
  const last = before.trimEnd().at(-1);
  if (last === '{') return 'looking for beginning of object key string';
  if (last === ',' || last === '[' || last === ':') return 'looking for beginning of value';
  if (last === '"' || last === '}' || last === ']') return 'after top-level value';
  return 'in literal';
}

function goCharacter(character: string): string {
  if (character === "'") return String.raw`'\''`;
  return character === '"' ? `'"'` : `'${character}'`;
}
