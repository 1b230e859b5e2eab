/** The fields that a matrix varies: where each is, which values it takes and what they are called. */
import { isRecord, type UnknownRecord } from '../core/json.js';
import { nearestWord, type Fault } from './fault.js';
import { parsePath, PATH_FORM } from './matrix-path.js';
import { MAX_TRIALS, type MatrixParts } from './matrix-schema.js';
import { pathText, type RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/** Objects under test, as paths begin that lead into them. */
export const OBJECT_ROOTS = ['hpa', 'deployment', 'service'] as const;

/** See {@link OBJECT_ROOTS}. */
export type ObjectRoot = (typeof OBJECT_ROOTS)[number];

/** A field by its path: of the experiment file, or of an object under test. */
export interface MatrixField {
  /** As the file writes it. */
  readonly text: string;
  readonly path: FieldPath;
  /** Absent: a field of the experiment file. */
  readonly object?: ObjectRoot;
}

/** A value that a variant gives to a field. */
export interface Setting {
  readonly field: MatrixField;
  readonly value: unknown;
  /** Where in the file it stands. */
  readonly at: FieldPath;
  /** Where in the file the field's path stands. */
  readonly namedAt: FieldPath;
}

/** A field with the values it takes. */
export interface Axis {
  readonly field: MatrixField;
  readonly values: readonly (Setting & { readonly label: string })[];
}

/** Most variants of a matrix, and most trials of all of them together. */
export const MAX_VARIANTS = 100_000;
const LONGEST_VALUE = 40;
const MOST_NAMES = 6;

/** Fields that say what is run and how often: they cannot differ between variants. */
const FIXED: Readonly<Record<string, string>> = {
  name: 'a field other than name (it is the experiment itself)',
  question: 'a field other than question (it is the same for all variants)',
  target: 'a field other than target (all variants run on one kind of cluster)',
  seed: 'a field other than seed (each trial has its own: say trials)',
  matrix: 'a field outside the matrix',
  trials: 'a field other than trials (all variants have as many)',
};

/** The field that a path names, or what it should be; whether there is such a field is not looked at. */
export function fieldNamed(text: string): MatrixField | { readonly expected: string } {
  const path = parsePath(text);
  if (path === undefined) return { expected: PATH_FORM };
  const [root] = path;
  const object = OBJECT_ROOTS.find((each) => each === root);
  if (object !== undefined) {
    const inner = path.slice(1);
    return isChangeable(inner)
      ? { text, path: inner, object }
      : { expected: `a field of the ${object}'s spec, its labels or annotations` };
  }
  const fixed = typeof root === 'string' && Object.hasOwn(FIXED, root) ? FIXED[root] : undefined;
  return fixed === undefined ? { text, path } : { expected: fixed };
}

/** What an object is and where it belongs is not for a variant to change, nor what others write into it. */
function isChangeable([first, second]: FieldPath): boolean {
  if (first === 'metadata') return second === 'labels' || second === 'annotations';
  return first === 'spec';
}

/** The axes of a matrix; faults of its paths among them. */
export function matrixAxes(
  matrix: MatrixParts,
  document: RawDocument,
): { readonly axes: readonly Axis[]; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const seen = new Map<string, string>();
  const axes: Axis[] = [];
  for (const [text, list] of matrix.axes) {
    const at = ['matrix', text];
    const field = fieldNamed(text);
    if ('expected' in field) {
      faults.push(document.keyFault(at, field.expected));
      continue;
    }
    const name = pathText([field.object ?? '', ...field.path]);
    const twin = seen.get(name);
    if (twin !== undefined) faults.push(document.keyFault(at, `a path other than ${twin}`));
    seen.set(name, text);
    const values = valuesOf(field, list, at);
    if (values.length > 0) axes.push({ field, values });
  }
  const count = countOf(axes);
  if (count > MAX_VARIANTS) {
    const found = `${count.toLocaleString('en-US')} combinations`;
    faults.push(document.fault(['matrix'], `at most ${MAX_VARIANTS} variants`, found));
  }
  return { axes, faults };
}

/** How many combinations axes have. */
export function countOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1);
}

/** Whether so many trials can be kept track of; see {@link MAX_TRIALS} for those of one variant. */
export function tooManyTrials(variants: number, trials: number): string | undefined {
  const most = MAX_VARIANTS;
  return variants * trials > most
    ? `at most ${most.toLocaleString('en-US')} trials in all (${variants} variants, ${Math.min(trials, MAX_TRIALS)} trials each)`
    : undefined;
}

function valuesOf(field: MatrixField, list: UnknownRecord, at: FieldPath): Axis['values'] {
  if (Array.isArray(list)) {
    return list.map((value: unknown, index) => ({
      field,
      value,
      at: [...at, index],
      namedAt: at,
      label: labelOf(value, index),
    }));
  }
  return Object.entries(list).map(([name, value]) => ({
    field,
    value,
    at: [...at, name],
    namedAt: at,
    label: name,
  }));
}

function labelOf(value: unknown, index: number): string {
  if (value === null) return 'none';
  const text = typeof value === 'string' ? value : isRecord(value) ? '' : JSON.stringify(value);
  return text === '' || text.length > LONGEST_VALUE ? `#${index + 1}` : text;
}

/** What each axis is called in names of variants: the end of its path, as much as sets it apart. */
export function axisNames(axes: readonly Axis[]): readonly string[] {
  const endings = axes.map(({ field }) => endingsOf(field));
  return endings.map(
    (own, index) =>
      own.find((name) => !endings.some((other, at) => at !== index && other.includes(name))) ??
      axes[index]?.field.text ??
      '',
  );
}

/** `rate`, `stages[1].rate`, `load.stages[1].rate`: from a name to the end. */
function endingsOf({ path, object }: MatrixField): readonly string[] {
  const full = object === undefined ? path : [object, ...path];
  return full
    .map((step, index) => (typeof step === 'number' ? '' : pathText(full.slice(index))))
    .filter((text) => text !== '')
    .toReversed();
}

/** The fields that entries of `exclude`, `baseline` and the like name, with their values; faults of them among them. */
export function settingsOf(
  values: UnknownRecord,
  at: FieldPath,
  document: RawDocument,
): { readonly settings: readonly Setting[]; readonly faults: readonly Fault[] } {
  const settings: Setting[] = [];
  const faults: Fault[] = [];
  for (const [text, value] of Object.entries(values)) {
    const field = fieldNamed(text);
    if ('expected' in field) faults.push(document.keyFault([...at, text], field.expected));
    else settings.push({ field, value, at: [...at, text], namedAt: [...at, text] });
  }
  return { settings, faults };
}

/** A fault of a name that is none of those there are. */
export function unknownName(
  document: RawDocument,
  path: FieldPath,
  of: { readonly what: string; readonly name: string; readonly known: readonly string[] },
): Fault {
  const { what, name, known } = of;
  const nearest = nearestWord(name, known);
  const some = known.slice(0, MOST_NAMES);
  const more = known.length > MOST_NAMES ? `, ... (${known.length} in all)` : '';
  const expected = `${what}: ${some.join(', ')}${more}`;
  const fault = document.fault(path, expected, JSON.stringify(name));
  return nearest === undefined ? fault : { ...fault, nearest };
}
