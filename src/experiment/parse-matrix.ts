/** Reads the matrix of an experiment file: each variant as an experiment of its own, or every fault at once. */
import { z } from 'zod';
import { valueAt } from '../core/json.js';
import type { Experiment } from './experiment.js';
import { type Fault, nearestWord } from './fault.js';
import { experimentJsonSchema } from './json-schema.js';
import { knownFields } from './known-fields.js';
import type { Setting } from './matrix-axes.js';
import { stepsThere, withValueAt } from './matrix-path.js';
import { matrixParts } from './matrix-schema.js';
import { type MatrixPlan, ONLY_VARIANT, planMatrix } from './matrix-variants.js';
import { OverlaidSource, type Overlay } from './overlaid-source.js';
import { type ExperimentContext, type ParsedExperiment, parseExperiment } from './parse.js';
import type { ReadText } from './read-files.js';
import { parseYamlDocument, pathText, type RawDocument } from './yaml-document.js';
import { type FieldPath, YamlSource } from './yaml-source.js';

/** A variant with the fields of the experiment file set; those of objects are still to be. */
export interface ParsedVariant {
  readonly name: string;
  /** What it sets, by path. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly experiment: Experiment;
  readonly objectSettings: readonly Setting[];
}

/** What came of it: faults are in the file's order; there may be both. */
export interface ParsedMatrix {
  /** The experiment without its matrix; absent when it has faults. */
  readonly experiment?: Experiment;
  /** False: an experiment of one variant and one trial. */
  readonly isMatrix: boolean;
  readonly variants: readonly ParsedVariant[];
  /** Name of a variant; absent: the file names none. */
  readonly baseline?: string;
  readonly trials: number;
  readonly faults: readonly Fault[];
  /** For faults that are found later. Absent when the file's structure is not known. */
  readonly document?: RawDocument;
}

/** The matrix of an experiment file; `trials` overrides the file's own. */
export function parseMatrix(
  text: string,
  context: ExperimentContext & { readonly trials?: number },
): ParsedMatrix {
  const source = new YamlSource(text);
  const { readText } = context;
  const reading = readText === undefined ? context : { ...context, readText: once(readText) };
  const base = parseExperiment(source, reading);
  const document = looked(source, context.fileName);
  const experiment = alone(base, { source, document, context: reading });
  const given = document?.at(['trials']);
  const trials = context.trials ?? (Number.isInteger(given) ? Number(given) : 1);
  const matrix = document?.at(['matrix']);
  const shared = {
    isMatrix: matrix !== undefined || trials > 1,
    trials,
    ...(experiment === undefined ? {} : { experiment }),
    ...(document === undefined ? {} : { document }),
  };
  const faults = base.kind === 'faults' ? base.faults : [];
  if (document === undefined) return { ...shared, variants: [], faults: inOrder(faults) };
  const { plan, faults: ofPlan } =
    matrix === undefined
      ? { plan: ONE_VARIANT, faults: [] }
      : planMatrix(matrixParts(matrix), { document, trials });
  const expansion = new Expansion({ source, document, context: reading, base: experiment });
  const variants = plan.variants.flatMap((variant) => expansion.variant(variant));
  const { baseline } = plan;
  return {
    ...shared,
    variants,
    ...(baseline === undefined ? {} : { baseline }),
    faults: inOrder([...faults, ...ofPlan, ...expansion.faults]),
  };
}

/** The file as it is, whatever is wrong with it; undefined when it is not even YAML. */
function looked(source: YamlSource, fileName: string): RawDocument | undefined {
  let found: RawDocument | undefined;
  parseYamlDocument(source, {
    fileName,
    schema: z.unknown(),
    otherFaults: (document) => {
      found = document;
      return [];
    },
  });
  return found;
}

/** The experiment without its matrix, also when the matrix has faults; undefined when it has faults itself. */
function alone(
  base: ParsedExperiment,
  of: {
    readonly source: YamlSource;
    readonly document: RawDocument | undefined;
    readonly context: ExperimentContext;
  },
): Experiment | undefined {
  if (base.kind === 'experiment') return base.experiment;
  if (of.document === undefined) return undefined;
  const content = withoutMatrix(of.document.content);
  const parsed = parseExperiment(new OverlaidSource(of.source, content, []), of.context);
  return parsed.kind === 'experiment' ? parsed.experiment : undefined;
}

function withoutMatrix(content: unknown): unknown {
  return ['matrix', 'trials'].reduce((before, name) => withValueAt(before, [name], null), content);
}

const ONE_VARIANT: MatrixPlan = { variants: [{ name: ONLY_VARIANT, settings: [] }] };

/** Makes experiments of variants; those that differ in objects alone are parsed once. */
class Expansion {
  readonly faults: Fault[] = [];
  readonly #source: YamlSource;
  readonly #document: RawDocument;
  readonly #context: ExperimentContext;
  readonly #base: Experiment | undefined;
  readonly #parsed = new Map<string, Experiment | undefined>();

  constructor(of: {
    readonly source: YamlSource;
    readonly document: RawDocument;
    readonly context: ExperimentContext;
    /** Stands for variants that have faults, so that their objects can be looked at all the same. */
    readonly base: Experiment | undefined;
  }) {
    this.#source = of.source;
    this.#document = of.document;
    this.#context = of.context;
    this.#base = of.base;
  }

  variant({ name, settings }: MatrixPlan['variants'][number]): readonly ParsedVariant[] {
    const own = settings.filter(({ field }) => field.object === undefined);
    const key = JSON.stringify(own.map(({ at }) => at));
    if (!this.#parsed.has(key)) this.#parsed.set(key, this.#experiment(own));
    const experiment = this.#parsed.get(key) ?? this.#base;
    if (experiment === undefined) return [];
    const values = Object.fromEntries(settings.map(({ field, value }) => [field.text, value]));
    const objectSettings = settings.filter(({ field }) => field.object !== undefined);
    return [{ name, values, experiment, objectSettings }];
  }

  #experiment(settings: readonly Setting[]): Experiment | undefined {
    const content = withoutMatrix(this.#document.content);
    let before = content;
    const overlays: Overlay[] = [];
    for (const setting of settings) {
      const { field, value, at } = setting;
      const fault = missingField(this.#document, before, setting);
      if (fault === undefined) {
        before = withValueAt(before, field.path, value);
        overlays.push({ path: field.path, value, at });
      } else {
        this.faults.push(fault);
      }
    }
    const overlaid = new OverlaidSource(this.#source, content, overlays);
    const parsed = parseExperiment(overlaid, this.#context);
    if (parsed.kind === 'experiment') return parsed.experiment;
    this.faults.push(...parsed.faults);
    return undefined;
  }
}

/** The fault of a path that leads to no field that an experiment file has or may have. */
function missingField(
  document: RawDocument,
  content: unknown,
  { field, namedAt }: Setting,
): Fault | undefined {
  const { path } = field;
  for (let index = stepsThere(content, path); index < path.length; index++) {
    const parentPath = path.slice(0, index);
    const step = path[index] ?? '';
    const noPlace = missingPlace(content, parentPath, step);
    if (noPlace !== undefined) return document.keyFault(namedAt, noPlace);
    const known = knownFields(experimentJsonSchema(), { path: parentPath, content });
    if (known.length > 0 && !known.includes(String(step))) {
      const of = pathText(parentPath);
      const fault = document.keyFault(
        namedAt,
        `a field of ${of === '' ? 'the experiment or hpa, deployment or service' : of} (${known.join(', ')})`,
      );
      const nearest = nearestWord(String(step), known);
      return nearest === undefined ? fault : { ...fault, nearest };
    }
  }
  return undefined;
}

/**
 * What should be where a path asks for a step that cannot be there: an item that a list lacks, or a
 * field of what has none; undefined when the step may be added.
 */
export function missingPlace(
  content: unknown,
  parentPath: FieldPath,
  step: string | number,
): string | undefined {
  const parent = valueAt(content, parentPath);
  const name = pathText(parentPath);
  if (Array.isArray(parent)) {
    return parent.length === 0
      ? `no item of ${name}, which is empty`
      : `an item of ${name}, from [0] to [${parent.length - 1}]`;
  }
  if (typeof step === 'number') return `a list at ${name}, where there is none`;
  if (parent === undefined || parent === null || typeof parent === 'object') return undefined;
  return `no field of ${name}, which is a single value`;
}

/** Without those told twice: a fault of the file itself is one of each variant too. */
export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const byText = new Map(
    faults.map((fault) => [
      JSON.stringify([fault.fileName, fault.line, fault.column, fault.expected, fault.found]),
      fault,
    ]),
  );
  return [...byText.values()].toSorted(
    (a, b) => a.fileName.localeCompare(b.fileName) || a.line - b.line || a.column - b.column,
  );
}

function once(read: ReadText): ReadText {
  const known = new Map<string, ReturnType<ReadText>>();
  return (path) => {
    const text = known.get(path) ?? read(path);
    known.set(path, text);
    return text;
  };
}
