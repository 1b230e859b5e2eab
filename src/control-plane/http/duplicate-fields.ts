/** Finds fields that a JSON text gives twice, which `JSON.parse` does not tell. */

interface Frame {
  readonly path: string;
  /** Keys met; undefined for a list. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Paths of fields that stand twice in one object, in the order met: `metadata.labels.a`.
 *
 * @param source - a text that `JSON.parse` accepts.
 */
export function duplicateFields(source: string): readonly string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let isKeyNext = false;
  for (let at = 0; at < source.length; at++) {
    switch (source.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        isKeyNext = source.charCodeAt(at) === OPEN_OBJECT;
        frame = opened(frame, isKeyNext);
        frames.push(frame);
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        frames.pop();
        frame = frames.at(-1);
        isKeyNext = false;
        break;
      case COMMA:
        if (frame !== undefined) frame.index++;
        isKeyNext = frame?.keys !== undefined;
        break;
      case QUOTE: {
        const end = endOfText(source, at);
        if (isKeyNext && frame?.keys !== undefined) {
          frame.key = textBetween(source, at, end);
          if (frame.keys.has(frame.key)) found.push(pathIn(frame));
          frame.keys.add(frame.key);
          isKeyNext = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}

function opened(parent: Frame | undefined, isObject: boolean): Frame {
  const path = parent === undefined ? '' : pathIn(parent);
  return { path, keys: isObject ? new Set() : undefined, key: '', index: 0 };
}

function pathIn({ path, keys, key, index }: Frame): string {
  if (keys === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The position of the quote that ends the text which begins at `start`. */
function endOfText(source: string, start: number): number {
  let end = source.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(source, end)) end = source.indexOf('"', end + 1);
  return end < 0 ? source.length : end;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(source: string, at: number): boolean {
  let before = at - 1;
  while (source.charCodeAt(before) === BACKSLASH) before--;
  return (at - before) % 2 === 0;
}

function textBetween(source: string, start: number, end: number): string {
  const raw = source.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  const text: unknown = JSON.parse(source.slice(start, end + 1));
  return typeof text === 'string' ? text : '';
}
