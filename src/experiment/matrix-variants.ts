/** The variants that a matrix asks for: combinations of its lists, and those that it names. */
import type { Fault } from './fault.js';
import {
  type Axis,
  axisNames,
  countOf,
  MAX_VARIANTS,
  matrixAxes,
  type Setting,
  settingsOf,
  tooManyTrials,
  unknownName,
} from './matrix-axes.js';
import { isSame } from './matrix-path.js';
import type { MatrixParts } from './matrix-schema.js';
import type { RawDocument } from './yaml-document.js';
import type { FieldPath } from './yaml-source.js';

/** A variant as the matrix describes it. */
export interface VariantPlan {
  readonly name: string;
  /** In the file's order: later ones win. */
  readonly settings: readonly Setting[];
}

/** What a matrix asks for. */
export interface MatrixPlan {
  readonly variants: readonly VariantPlan[];
  /** Name of a variant; absent: the file names none. */
  readonly baseline?: string;
}

/** The name of the one variant of an experiment without a matrix. */
export const ONLY_VARIANT = 'as-is';

/** The variants and the baseline of a matrix; whatever is wrong with them among the faults. */
export function planMatrix(
  matrix: MatrixParts,
  { document, trials }: { readonly document: RawDocument; readonly trials: number },
): { readonly plan: MatrixPlan; readonly faults: readonly Fault[] } {
  const { axes, faults } = matrixAxes(matrix, document);
  const all: Fault[] = [...faults];
  const isTooMuch = countOf(axes) > MAX_VARIANTS;
  if (isTooMuch) return { plan: { variants: [] }, faults: all };
  const excluded = exclusions(matrix, axes, document);
  all.push(...excluded.faults);
  const combined = combinations(axes).filter(
    ({ settings }) => !excluded.entries.some((entry) => hasAll(settings, entry)),
  );
  const named = namedVariants(matrix, document);
  all.push(...named.faults);
  const variants: readonly VariantPlan[] = [...combined, ...named.variants];
  if (variants.length === 0 && axes.length > 0 && all.length === 0) {
    all.push(document.fault(['matrix', 'exclude'], 'entries that leave at least one combination'));
  }
  all.push(...twins(combined, named.variants, document));
  const tooMany = tooManyTrials(variants.length, trials);
  if (tooMany !== undefined) all.push(document.fault(['matrix'], tooMany));
  const baseline = baselineOf(matrix, variants, document);
  all.push(...baseline.faults);
  const { name } = baseline;
  return { plan: { variants, ...(name === undefined ? {} : { baseline: name }) }, faults: all };
}

/** Every combination of the axes' values, the last axis changing fastest; none without axes. */
function combinations(axes: readonly Axis[]): readonly VariantPlan[] {
  if (axes.length === 0) return [];
  const names = axisNames(axes);
  return axes.reduce<readonly VariantPlan[]>(
    (before, { values }, index) =>
      before.flatMap(({ name, settings }) =>
        values.map(({ label, ...setting }) => ({
          name: `${name}${name === '' ? '' : ','}${names[index] ?? ''}=${label}`,
          settings: [...settings, setting],
        })),
      ),
    [{ name: '', settings: [] }],
  );
}

function namedVariants({ variants }: MatrixParts, document: RawDocument) {
  const faults: Fault[] = [];
  const plans = variants.map(({ name, values, index }) => {
    const read = settingsOf(values, ['matrix', 'variants', index, 'values'], document);
    faults.push(...read.faults);
    return { name, settings: read.settings, index };
  });
  return { variants: plans, faults };
}

/** Two variants of one name, told at the second; those of the lists by their value. */
function twins(
  combined: readonly VariantPlan[],
  named: readonly (VariantPlan & { readonly index: number })[],
  document: RawDocument,
): readonly Fault[] {
  const names = new Set<string>();
  const faults: Fault[] = [];
  const told = new Set<string>();
  for (const { name, settings } of combined) {
    if (!names.has(name)) {
      names.add(name);
      continue;
    }
    const place = settings.find(({ at, field, value }) =>
      isRepeated(document, { at, text: field.text, value }),
    );
    const at = (place ?? settings.at(-1))?.at ?? ['matrix'];
    if (told.has(String(at))) continue;
    told.add(String(at));
    faults.push(document.fault(at, 'each value once', `two variants named "${name}"`));
  }
  for (const { index, name } of named) {
    if (names.has(name)) {
      const path = ['matrix', 'variants', index, 'name'];
      faults.push(document.fault(path, 'a name that no other variant has', JSON.stringify(name)));
    }
    names.add(name);
  }
  return faults;
}

/** Whether a value of a list stands in it before as well. */
function isRepeated(
  document: RawDocument,
  of: { readonly at: FieldPath; readonly text: string; readonly value: unknown },
): boolean {
  const index = of.at.at(-1);
  if (typeof index !== 'number') return false;
  const list = document.at(['matrix', of.text]);
  return (
    Array.isArray(list) &&
    list
      .slice(0, index)
      .some((before: unknown) => isSame(before, of.value) || String(before) === String(of.value))
  );
}

function exclusions({ exclude }: MatrixParts, axes: readonly Axis[], document: RawDocument) {
  const faults: Fault[] = [];
  const entries = exclude.map(({ values, index }) => {
    const at = ['matrix', 'exclude', index];
    if (Object.keys(values).length === 0) {
      faults.push(document.fault(at, 'at least one path with its value'));
    }
    return Object.entries(values).map(([text, value]) => {
      const axis = axes.find(({ field }) => field.text === text);
      if (axis === undefined) {
        const known = axes.map(({ field }) => field.text);
        const path = [...at, text];
        const { line, column } = document.keyFault(path, '');
        const what = 'one of the paths of the matrix';
        faults.push({ ...unknownName(document, path, { what, name: text, known }), line, column });
        return undefined;
      }
      const meant = axis.values.find((each) => isSame(each.value, value) || each.label === value);
      if (meant === undefined) {
        const expected = `one of its values: ${axis.values.map(({ label }) => label).join(', ')}`;
        faults.push(document.fault([...at, text], expected));
      }
      return meant;
    });
  });
  const known = entries.map((entry) => entry.filter((value) => value !== undefined));
  return { faults, entries: known.filter((entry) => entry.length > 0) };
}

function baselineOf(
  { baseline }: MatrixParts,
  variants: readonly VariantPlan[],
  document: RawDocument,
): { readonly name?: string; readonly faults: readonly Fault[] } {
  const at = ['matrix', 'baseline'];
  if (baseline === undefined) return { faults: [] };
  const known = variants.map(({ name }) => name);
  if (typeof baseline === 'string') {
    if (known.includes(baseline)) return { name: baseline, faults: [] };
    const what = 'the name of a variant';
    return { faults: [unknownName(document, at, { what, name: baseline, known })] };
  }
  const { settings, faults } = settingsOf(baseline, at, document);
  if (faults.length > 0) return { faults };
  const fitting = variants.filter((variant) => hasAll(variant.settings, settings));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return { name: only.name, faults: [] };
  const found =
    only === undefined ? 'values that none has' : `values that ${fitting.length} of them have`;
  return { faults: [document.fault(at, 'the values of one variant', found)] };
}

function hasAll(settings: readonly Setting[], wanted: readonly Setting[]): boolean {
  return wanted.every(({ field, value }) =>
    settings.some((each) => each.field.text === field.text && isSame(each.value, value)),
  );
}
