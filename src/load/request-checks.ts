/** Whether an answer is what was expected, and the values that it has for later requests. */
import { valueAt } from '../core/json.js';
import { type JsonPath, parseJsonPath } from './json-path.js';
import type { CheckSpec, ExpectedJson, ExpectedText, ExtractionSpec } from './request-spec.js';

/** Most of a body that is kept for checks and extractions; of a longer one they fail. */
export const MAX_KEPT_BODY_BYTES = 1_048_576;

/** How much of an answer is kept for checks and extractions: the least that they need. */
export type Kept = 'nothing' | 'head' | 'body';

/** What was kept of an answer. */
export interface AnswerContent {
  /** The value of a header, several of a name joined by `, `; absent when there is none. */
  header(name: string): string | undefined;
  /** The body as UTF-8; '' when it was not kept. */
  readonly body: string;
  /** Whether the body was longer than {@link MAX_KEPT_BODY_BYTES}; `body` is then not whole. */
  readonly isBodyCut: boolean;
}

/** An answer to be judged. */
export interface JudgedAnswer {
  readonly status: number;
  /** Absent when nothing was kept. */
  readonly content: AnswerContent | undefined;
}

/** What came of it: the values found, or the first thing that was not as expected, in a few words. */
export type Judgement =
  | { readonly kind: 'passed'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'failed'; readonly because: string };

/** What a step's answers are held against. */
export interface JudgeOptions {
  readonly checks: readonly CheckSpec[];
  readonly extract: Readonly<Record<string, ExtractionSpec>>;
  /** Names of values that go into headers, where not every text may stand. */
  readonly headerValues: ReadonlySet<string>;
}

type Rule = (answer: JudgedAnswer, json: () => unknown) => string | undefined;
type Finder = (answer: JudgedAnswer, json: () => unknown) => string | undefined;

const NO_VALUES: ReadonlyMap<string, string> = new Map();
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
const TOO_LONG = 'body over 1 MiB';

/** Holds answers against the checks and extractions of one step, made ready once. */
export class Judge {
  readonly kept: Kept;
  readonly #rules: readonly Rule[];
  readonly #finders: readonly {
    readonly name: string;
    readonly find: Finder;
    readonly isForHeader: boolean;
  }[];
  readonly #needsBody: boolean;

  /** @param options - without faults: every pattern and path can be read. */
  constructor(options: JudgeOptions) {
    const extractions = Object.entries(options.extract);
    this.#rules = options.checks.map(ruleOf);
    this.#finders = extractions.map(([name, spec]) => ({
      name,
      find: finderOf(spec),
      isForHeader: options.headerValues.has(name),
    }));
    const kinds = [
      ...options.checks.map(({ kind }) => kind),
      ...extractions.map(([, { kind }]) => kind),
    ];
    this.#needsBody = kinds.some((kind) => kind !== 'status' && kind !== 'header');
    this.kept = this.#needsBody ? 'body' : kinds.includes('header') ? 'head' : 'nothing';
  }

  /** Checks first, in their order, then extractions; the first that fails is told. */
  judge(answer: JudgedAnswer): Judgement {
    if (this.#needsBody && answer.content?.isBodyCut === true) {
      return { kind: 'failed', because: TOO_LONG };
    }
    const json = onceParsed(answer.content?.body ?? '');
    for (const rule of this.#rules) {
      const because = rule(answer, json);
      if (because !== undefined) return { kind: 'failed', because };
    }
    if (this.#finders.length === 0) return { kind: 'passed', values: NO_VALUES };
    const values = new Map<string, string>();
    for (const { name, find, isForHeader } of this.#finders) {
      const value = find(answer, json);
      if (value === undefined) return { kind: 'failed', because: `no ${name}` };
      if (isForHeader && !HEADER_VALUE.test(value)) {
        return { kind: 'failed', because: `${name} that no header can hold` };
      }
      values.set(name, value);
    }
    return { kind: 'passed', values };
  }
}

function ruleOf(check: CheckSpec): Rule {
  if (check.kind === 'json') return jsonRule(check);
  if (check.kind === 'body-contains') {
    const because = `body without ${cut(check.text)}`;
    return ({ content }) => (content?.body.includes(check.text) === true ? undefined : because);
  }
  if (check.kind === 'header') {
    const isExpected = textMatcher(check.expected);
    return ({ content }) => {
      const value = content?.header(check.name);
      return value !== undefined && isExpected(value) ? undefined : `header ${check.name}`;
    };
  }
  return ({ status }) =>
    check.allowed.some(({ from, to }) => status >= from && status <= to)
      ? undefined
      : `status ${status}`;
}

function jsonRule({ path, expected }: Extract<CheckSpec, { kind: 'json' }>): Rule {
  const steps = jsonPath(path);
  const holds = jsonMatcher(expected);
  return (_, json) => (holds(valueAt(json(), steps)) ? undefined : `json ${path}`);
}

function jsonMatcher(expected: ExpectedJson): (value: unknown) => boolean {
  if (expected.kind === 'exists') return (value) => value !== undefined;
  if (expected.kind === 'value') return (value) => value === expected.value;
  const isExpected = textMatcher(expected);
  return (value) => {
    const text = textOf(value);
    return text !== undefined && isExpected(text);
  };
}

function finderOf(spec: ExtractionSpec): Finder {
  if (spec.kind === 'json') {
    const steps = jsonPath(spec.path);
    return (_, json) => textOf(valueAt(json(), steps));
  }
  if (spec.kind === 'header') return ({ content }) => content?.header(spec.name);
  const pattern = new RegExp(spec.pattern, spec.flags.replaceAll(/[gy]/g, ''));
  return ({ content }) => {
    const match = pattern.exec(content?.body ?? '');
    return match === null ? undefined : (match[1] ?? match[0]);
  };
}

function textMatcher(expected: ExpectedText): (text: string) => boolean {
  if (expected.kind === 'equals') return (text) => text === expected.text;
  // without `g` a pattern keeps no place between two texts
  const pattern = new RegExp(expected.pattern, expected.flags.replaceAll(/[gy]/g, ''));
  return (text) => pattern.test(text);
}

function jsonPath(text: string): JsonPath {
  const path = parseJsonPath(text);
  if (path === undefined) throw new RangeError(`expected a path in JSON, got "${text}"`);
  return path;
}

/** Parsed when it is first asked for; undefined when it is no JSON. */
function onceParsed(body: string): () => unknown {
  let parsed: { readonly value: unknown } | undefined;
  return () => {
    parsed ??= { value: parseJson(body) };
    return parsed.value;
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a body that is no JSON has no value at any path
    return undefined;
  }
}

/** A JSON value as a text: objects and lists as JSON; absent for null and nothing. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function cut(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}...` : text);
}
