/** Where in a JSON document a value is: `user.id`, `$.items[0].name`, `$['a.b']`. */

/** From the root: names of fields and indexes of lists. */
export type JsonPath = readonly (string | number)[];

/** What a path looks like, in words. */
export const JSON_PATH_EXAMPLES = 'a path such as user.id, $.items[0].name or $["a.b"]';

const STEP = /\.?([^.[\]'"]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]/y;

/** The path that a text writes; `$` is the whole document. Absent when it is no path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const path: (string | number)[] = [];
  const hasRoot = text.startsWith('$');
  let at = hasRoot ? 1 : 0;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (match === null) return undefined;
    const [whole, name, index, single, double] = match;
    const isFirst = at === 0;
    // a name begins with a dot, but for the very first one; a `.` before nothing is none
    if (name !== undefined && whole.startsWith('.') === isFirst) return undefined;
    path.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
    at = STEP.lastIndex;
  }
  return path.length > 0 || hasRoot ? path : undefined;
}
