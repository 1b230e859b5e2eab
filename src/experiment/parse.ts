/** Reads an experiment file: either the whole experiment, or every fault at once with its place. */
import type { z } from 'zod';
import { valueAt } from '../core/json.js';
import { completeExperiment } from './complete.js';
import type { Experiment } from './experiment.js';
import { nearestWord, type Fault } from './fault.js';
import { knownFields } from './known-fields.js';
import { experimentSchema } from './schema.js';
import { YamlSource, type FieldPath, type Place } from './yaml-source.js';

/** Where the text is from. */
export interface ExperimentContext {
  /** For messages. */
  readonly fileName: string;
  /** Makes a path of the file absolute; paths are relative to the file. */
  readonly resolvePath: (path: string) => string;
}

/** What came of it. */
export type ParsedExperiment =
  | { readonly kind: 'experiment'; readonly experiment: Experiment }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

type Issue = z.core.$ZodIssue;
type Finding = Omit<Fault, 'fileName'>;

/**
 * The experiment that a YAML text describes.
 *
 * Faults of the YAML syntax are told alone, because behind them the structure is a guess.
 */
export function parseExperiment(text: string, context: ExperimentContext): ParsedExperiment {
  const source = new YamlSource(text);
  const syntax = source.syntaxFaults();
  const findings = syntax.map(({ line, column, message }) => ({
    line,
    column,
    path: '',
    expected: 'valid YAML',
    found: message,
  }));
  if (syntax.every(({ isStructureKnown }) => isStructureKnown)) {
    const content = contentOf(source);
    if (content.kind === 'fault') {
      findings.push(content.fault);
    } else {
      const parsed = experimentSchema.safeParse(content.value);
      if (
        parsed.success &&
        findings.length === 0 &&
        crossFaults(source, content.value).length === 0
      ) {
        return {
          kind: 'experiment',
          experiment: completeExperiment(parsed.data, context.resolvePath),
        };
      }
      const issues = parsed.error?.issues ?? [];
      findings.push(...issues.flatMap((issue) => describe(issue, source, content.value)));
      findings.push(...crossFaults(source, content.value));
    }
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return {
    kind: 'faults',
    faults: findings.map((found) => Object.assign(found, { fileName: context.fileName })),
  };
}

function contentOf(
  source: YamlSource,
): { kind: 'value'; value: unknown } | { kind: 'fault'; fault: Finding } {
  try {
    return { kind: 'value', value: source.value() };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const fault = { line: 1, column: 1, path: '', expected: 'YAML that can be resolved', found };
    return { kind: 'fault', fault };
  }
}

/** One issue of zod as faults: one for each unknown field, else one. */
function describe(issue: Issue, source: YamlSource, content: unknown): readonly Finding[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const known = knownFields(path, content);
    return issue.keys.map((key) => unknownField({ path, key, known }, source));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = branchMeant(issue.errors);
    if (inner !== undefined) {
      return inner.flatMap((branchIssue) =>
        describe({ ...branchIssue, path: [...path, ...branchIssue.path] }, source, content),
      );
    }
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'another name';
    const name = JSON.stringify(path.at(-1) ?? '');
    return [finding({ path, expected, found: name, place: source.placeOfKey(path) })];
  }
  const value = valueAt(content, path);
  const { expected, words } = expectation(issue);
  const nearest = typeof value === 'string' ? nearestWord(value, words) : undefined;
  const place = source.placeOfValue(path);
  return [finding({ path, expected, found: show(value), place, nearest })];
}

function unknownField(
  field: { readonly path: FieldPath; readonly key: string; readonly known: readonly string[] },
  source: YamlSource,
): Finding {
  const { key, known } = field;
  const path = [...field.path, key];
  return finding({
    path,
    expected: known.length === 0 ? 'no such field' : `one of the fields ${known.join(', ')}`,
    found: 'an unknown field',
    place: source.placeOfKey(path),
    nearest: nearestWord(key, known),
  });
}

/** Of a union's branches the one that was meant: the only one that failed below its top. */
function branchMeant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const deeper = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return deeper.length === 1 ? deeper[0] : undefined;
}

/** The schema's own messages say what is expected; zod's are put into the same words. */
function expectation(issue: Issue): {
  readonly expected: string;
  readonly words: readonly string[];
} {
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) {
    const words = issue.options.filter((option) => typeof option === 'string');
    return { expected: `one of ${words.join(', ')}`, words };
  }
  if (issue.code === 'invalid_value') {
    return { expected: issue.message, words: issue.values.map(String) };
  }
  if (issue.code === 'invalid_type' && issue.expected === 'object') {
    return { expected: 'a mapping (name: value)', words: [] };
  }
  return { expected: issue.message, words: [] };
}

/** Rules between fields, on the raw content, so that they are told beside all other faults. */
function crossFaults(source: YamlSource, content: unknown): readonly Finding[] {
  const stages = valueAt(content, ['load', 'stages']);
  if (!Array.isArray(stages)) return [];
  const firstWithName = new Map<string, number>();
  return stages.flatMap((_, index) => {
    const path = ['load', 'stages', index, 'name'];
    const name = valueAt(content, path);
    if (typeof name !== 'string') return [];
    const first = firstWithName.get(name);
    firstWithName.set(name, first ?? index);
    if (first === undefined) return [];
    const expected = 'a name of its own for each stage';
    const found = `${show(name)}, which is also load.stages[${first}].name`;
    return [finding({ path, expected, found, place: source.placeOfValue(path) })];
  });
}

function finding(of: {
  readonly path: FieldPath;
  readonly expected: string;
  readonly found: string;
  readonly place: Place;
  readonly nearest?: string | undefined;
}): Finding {
  const { path, expected, found, place, nearest } = of;
  return {
    ...place,
    path: pathText(path),
    expected,
    found,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function pathText(path: FieldPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
