/** JSON texts with the place of every fault. */
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { RecordingFault, RecordingPlace } from './recording.js';

/** A fault of the value at a path. */
export interface JsonFault {
  readonly path: readonly (string | number)[];
  /** Completes "expected ...". */
  readonly expected: string;
  /** Completes "found ...". */
  readonly found: string;
}

/** A text's value, or where it stops being JSON. */
export type ParsedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly fault: RecordingFault };

/** Reads a JSON text. */
export function parseJsonText(text: string): ParsedJson {
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return {
      kind: 'fault',
      fault: { ...placeOf(text, faultOffset(text)), expected: 'JSON', found },
    };
  }
}

/** Where in the text each fault's value stands; read once more, as JSON.parse does not say. */
export function placedInJson(
  text: string,
  faults: readonly JsonFault[],
): readonly RecordingFault[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return faults.map(({ path, expected, found }) => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col, expected, found };
    }
    return { line: 1, column: 1, expected, found };
  });
}

function placeOf(text: string, offset: number): RecordingPlace {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const SCALAR =
  // oxlint-disable-next-line no-control-regex -- JSON allows no control characters within a text
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Where a text stops being JSON, as not every engine tells; its length when it ends too early.
 *
 * What may come next is one of: `value`, `value-or-end` (after `[`), `key`, `key-or-end` (after `{`),
 * `after` (a value ended).
 */
function faultOffset(text: string): number {
  const open: ('[' | '{')[] = [];
  let next: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'after' = 'value';
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  for (;;) {
    skip(SPACE);
    const sign = text[at] ?? '';
    const closes = open.at(-1) === '{' ? '}' : ']';
    if (sign === closes && open.length > 0 && next !== 'value' && next !== 'key') {
      open.pop();
      at++;
      next = 'after';
    } else if (next === 'after') {
      if (sign !== ',' || open.length === 0) return at;
      at++;
      next = open.at(-1) === '{' ? 'key' : 'value';
    } else if (next === 'key' || next === 'key-or-end') {
      const keyAt = at;
      if (!skip(SCALAR).startsWith('"')) return keyAt;
      skip(SPACE);
      if (text[at] !== ':') return at;
      at++;
      next = 'value';
    } else if (sign === '[' || sign === '{') {
      open.push(sign);
      at++;
      next = sign === '{' ? 'key-or-end' : 'value-or-end';
    } else {
      if (skip(SCALAR) === '') return at;
      next = 'after';
    }
  }
}
