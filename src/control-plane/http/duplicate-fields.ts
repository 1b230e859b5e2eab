/** Finds fields that a JSON text gives twice, which `JSON.parse` does not tell. */

interface Frame {
  readonly path: string;
  /** Keys met; undefined for a list. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/**
 * Paths of fields that stand twice in one object, in the order met: `metadata.labels.a`.
 *
 * @param source - a text that `JSON.parse` accepts.
 */
export function duplicateFields(source: string): readonly string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  let isKeyNext = false;
  for (const [token] of source.matchAll(TOKEN)) {
    const frame = frames.at(-1);
    if (token === '{' || token === '[') {
      const path = frame === undefined ? '' : pathIn(frame);
      frames.push({ path, keys: token === '{' ? new Set() : undefined, key: '', index: 0 });
      isKeyNext = token === '{';
    } else if (token === '}' || token === ']') {
      frames.pop();
      isKeyNext = false;
    } else if (token === ',') {
      if (frame !== undefined) frame.index++;
      isKeyNext = frame?.keys !== undefined;
    } else if (token !== ':' && isKeyNext && frame?.keys !== undefined) {
      frame.key = unquoted(token);
      if (frame.keys.has(frame.key)) found.push(pathIn(frame));
      frame.keys.add(frame.key);
      isKeyNext = false;
    }
  }
  return found;
}

function pathIn({ path, keys, key, index }: Frame): string {
  if (keys === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}

function unquoted(token: string): string {
  const text: unknown = JSON.parse(token);
  return typeof text === 'string' ? text : '';
}
