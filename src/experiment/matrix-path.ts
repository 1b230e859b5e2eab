/** Paths of fields as a matrix writes them: `load.stages[1].rate`, `deployment.metadata.labels["a.b/c"]`. */
import { fieldOf, isRecord, type UnknownRecord } from '../core/json.js';
import type { FieldPath } from './yaml-source.js';

const STEP = /\.?([A-Za-z_$][^.[\]"\s]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** What such a path looks like; completes "expected ...". */
export const PATH_FORM = 'the path of a field, such as load.stages[1].rate or hpa.spec.maxReplicas';

/** The steps of a path; undefined when it is none. */
export function parsePath(text: string): FieldPath | undefined {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex;
    const [, name, index, quoted] = STEP.exec(text) ?? [];
    if (name !== undefined && (at === 0) !== (text[at] === '.')) steps.push(name);
    else if (index !== undefined && at > 0) steps.push(Number(index));
    else if (quoted !== undefined && at > 0) steps.push(unquoted(quoted));
    else return undefined;
  }
  return steps.length === 0 ? undefined : steps;
}

/**
 * `content` with the value at a path replaced; mappings that are missing on the way are made, and null
 * takes the field away. An item of a list that is not there stays away.
 */
export function withValueAt(content: unknown, path: FieldPath, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(content)) {
    return content.map((item: unknown, index) =>
      index === step ? withValueAt(item, rest, value) : item,
    );
  }
  const before = isRecord(content) ? content : {};
  if (rest.length === 0 && value === null) {
    return Object.fromEntries(Object.entries(before).filter(([name]) => name !== step));
  }
  return { ...before, [step]: withValueAt(fieldOf(before, step), rest, value) };
}

/** How many of a path's steps lead somewhere in `content`, up to the whole path. */
export function stepsThere(content: unknown, path: FieldPath): number {
  let value = content;
  for (const [index, step] of path.entries()) {
    if (!isRecord(value) || !Object.hasOwn(value, step)) return index;
    value = value[String(step)];
  }
  return path.length;
}

/**
 * The merge patch (RFC 7386) that makes `after` of `before`; undefined when they are the same. Lists
 * are replaced whole.
 */
export function patchBetween(
  before: UnknownRecord,
  after: UnknownRecord,
): UnknownRecord | undefined {
  const changed = Object.entries(after).flatMap(([name, value]) => {
    const old = fieldOf(before, name);
    if (isSame(old, value)) return [];
    if (!isMapping(value)) return [[name, value] as const];
    // what is no mapping before is replaced whole by a patch that is one
    return [[name, isMapping(old) ? patchBetween(old, value) : value] as const];
  });
  const gone = Object.keys(before)
    .filter((name) => !Object.hasOwn(after, name))
    .map((name) => [name, null] as const);
  const all = [...changed, ...gone];
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/** Whether two values of a file say the same; the order of a mapping's fields does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

function isMapping(value: unknown): value is UnknownRecord {
  return isRecord(value) && !Array.isArray(value);
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
