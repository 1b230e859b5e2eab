/** Reads a YAML file by a schema: either its value, or every fault at once with its place. */
import { z } from 'zod';
import { valueAt } from '../core/json.js';
import { nearestWord, type Fault } from './fault.js';
import { knownFields } from './known-fields.js';
import { YamlSource, type DocumentSource, type FieldPath, type Place } from './yaml-source.js';

/** A file that was read as YAML, before its content is known to be right. */
export interface RawDocument {
  /** What the file says at the root of the schema; undefined when it has no such field. */
  readonly content: unknown;
  /** A fault of the value at a path (from the schema's root). */
  fault(path: FieldPath, expected: string, found?: string): Fault;
  /** The value at a path (from the schema's root); undefined when there is none. */
  at(path: FieldPath): unknown;
  /** A fault of the name of the field at a path. */
  keyFault(path: FieldPath, expected: string): Fault;
  /** A fault of a part of the text at a path, `offset` UTF-16 units into it. */
  faultWithin(path: FieldPath, part: FaultWithin): Fault;
}

/** What is wrong with a part of a text; see {@link Fault} for the words. */
export interface FaultWithin {
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  readonly nearest?: string;
}

/** What a kind of file must be like. */
export interface DocumentKind<S extends z.ZodType> {
  readonly fileName: string;
  readonly schema: S;
  /** Where in the file the schema's value stands; all of the file when absent. */
  readonly root?: FieldPath;
  /** Faults that no schema finds, told beside all others. Called once, also for a file with other faults. */
  readonly otherFaults: (document: RawDocument) => readonly Fault[];
}

/** What came of it. */
export type ParsedDocument<T> =
  | { readonly kind: 'value'; readonly value: T; readonly document: RawDocument }
  /** At least one, in the file's order. */
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

type Issue = z.core.$ZodIssue;
type Finding = Omit<Fault, 'fileName'>;

/**
 * The value that a YAML text describes.
 *
 * Faults of the YAML syntax are told alone, because behind them the structure is a guess.
 */
export function parseYamlDocument<S extends z.ZodType>(
  text: string | DocumentSource,
  kind: DocumentKind<S>,
): ParsedDocument<z.output<S>> {
  const { fileName, root = [] } = kind;
  const source = typeof text === 'string' ? new YamlSource(text) : text;
  const syntax = source.syntaxFaults();
  const faults: Fault[] = syntax.map(({ line, column, message }) => ({
    fileName,
    line,
    column,
    path: '',
    expected: 'valid YAML',
    found: message,
  }));
  if (syntax.every(({ isStructureKnown }) => isStructureKnown)) {
    const whole = contentOf(source);
    if (whole.kind === 'fault') {
      faults.push({ ...whole.fault, fileName });
    } else {
      const read: ReadContext = { source, root, whole: whole.value, schema: kind.schema };
      const content = valueAt(whole.value, root);
      const parsed = kind.schema.safeParse(content);
      const document = rawDocument(read, { content, fileName });
      faults.push(...kind.otherFaults(document));
      if (parsed.success && faults.length === 0) {
        return { kind: 'value', value: parsed.data, document };
      }
      const issues = parsed.error?.issues ?? [];
      const findings = issues.flatMap((issue) => describe(issue, read));
      faults.push(...findings.map((found) => Object.assign(found, { fileName })));
    }
  }
  return { kind: 'faults', faults: inOrder(faults, fileName) };
}

/** The file's own faults first, then those of files that it names. */
function inOrder(faults: readonly Fault[], fileName: string): readonly Fault[] {
  const rank = (fault: Fault): number => (fault.fileName === fileName ? 0 : 1);
  return faults.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** The text that is read, and how. */
interface ReadContext {
  readonly source: DocumentSource;
  readonly root: FieldPath;
  readonly whole: unknown;
  readonly schema: z.ZodType;
}

function rawDocument(
  read: ReadContext,
  { content, fileName }: { readonly content: unknown; readonly fileName: string },
): RawDocument {
  return {
    content,
    fault: (path, expected, found) => {
      const full = [...read.root, ...path];
      const place = read.source.placeOfValue(full);
      const shown = found ?? show(valueAt(read.whole, full));
      return { ...finding({ path: full, expected, found: shown, place }), fileName };
    },
    at: (path) => valueAt(content, path),
    keyFault: (path, expected) => {
      const full = [...read.root, ...path];
      const found = JSON.stringify(full.at(-1) ?? '');
      const place = read.source.placeOfKey(full);
      return { ...finding({ path: full, expected, found, place }), fileName };
    },
    faultWithin: (path, { offset, ...words }) => {
      const full = [...read.root, ...path];
      const place = read.source.placeOfPart(full, offset);
      return { ...finding({ path: full, ...words, place }), fileName };
    },
  };
}

function contentOf(
  source: DocumentSource,
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
function describe(issue: Issue, read: ReadContext): readonly Finding[] {
  const { source, root, whole, schema } = read;
  const inner = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const path = [...root, ...inner];
  if (issue.code === 'unrecognized_keys') {
    const known = knownFields(schemaOf(schema), { path: inner, content: valueAt(whole, root) });
    return issue.keys.map((key) => unknownField({ path, key, known }, source));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const meant = branchMeant(issue.errors);
    if (meant !== undefined) {
      return meant.flatMap((branchIssue) =>
        describe({ ...branchIssue, path: [...issue.path, ...branchIssue.path] }, read),
      );
    }
  }
  if (issue.code === 'invalid_key') {
    const expected = issue.issues[0]?.message ?? 'another name';
    const name = JSON.stringify(path.at(-1) ?? '');
    return [finding({ path, expected, found: name, place: source.placeOfKey(path) })];
  }
  const value = valueAt(whole, path);
  const { expected, words } = expectation(issue);
  const nearest = typeof value === 'string' ? nearestWord(value, words) : undefined;
  const place = source.placeOfValue(path);
  return [finding({ path, expected, found: show(value), place, nearest })];
}

function unknownField(
  field: { readonly path: FieldPath; readonly key: string; readonly known: readonly string[] },
  source: DocumentSource,
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

/**
 * Of a union's branches the one that was meant: of those that failed below their top, the one that knows
 * most of the fields that are there.
 */
function branchMeant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const deeper = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  const strangers = deeper.map((issues) =>
    issues.reduce(
      (sum, each) => sum + (each.code === 'unrecognized_keys' ? each.keys.length : 0),
      0,
    ),
  );
  const fewest = Math.min(...strangers);
  const meant = deeper.filter((_, index) => strangers[index] === fewest);
  return meant.length === 1 ? meant[0] : undefined;
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

/** A path as messages name it: `load.stages[1].rate`. */
export function pathText(path: FieldPath): string {
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

/** What users write, as editors know it. */
function schemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
}
