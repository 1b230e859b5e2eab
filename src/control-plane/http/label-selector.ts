/** Label selectors as queries write them: `app=web,tier in (a, b),!x`. */
import { labelValueFaults, qualifiedNameFaults } from '../api-machinery/names.js';
import { ApiError } from '../api-error.js';
import { invalidValue } from '../field-error.js';
import type { StringMap } from '../../core/objects.js';

/** Whether labels fulfil a selector. */
export type LabelMatcher = (labels: StringMap) => boolean;

interface Token {
  readonly kind: 'word' | 'symbol' | 'end';
  readonly text: string;
}

const SYMBOLS = ['==', '!=', '=', '!', '<', '>', '(', ')', ','];

/**
 * The matcher of a selector text.
 *
 * @throws {ApiError} 400 when it cannot be parsed.
 * @see Source: kubernetes `apimachinery/pkg/labels/selector.go`, `Parse`.
 */
export function parseLabelSelector(selector: string): LabelMatcher {
  const tokens = new Tokens(selector);
  const requirements: LabelMatcher[] = [];
  if (tokens.peek().kind === 'end') return () => true;
  for (;;) {
    requirements.push(requirement(tokens));
    const next = tokens.take();
    if (next.kind === 'end') break;
    if (next.text !== ',')
      throw unparsable(`found '${next.text}', expected: ',' or 'end of string'`);
    const after = tokens.peek();
    if (after.kind === 'end') throw unparsable("found '', expected: identifier after ','");
  }
  return (labels) => requirements.every((matches) => matches(labels));
}

function requirement(tokens: Tokens): LabelMatcher {
  let isNegated = false;
  if (tokens.peek().text === '!' && tokens.peek().kind === 'symbol') {
    tokens.take();
    isNegated = true;
  }
  const key = tokens.take();
  if (key.kind !== 'word') {
    throw unparsable(`found '${key.text}', expected: !, identifier, or 'end of string'`);
  }
  const faults = qualifiedNameFaults(key.text);
  if (faults.length > 0) throw invalidKey(key.text, faults);
  const next = tokens.peek();
  const isAlone = next.kind === 'end' || next.text === ',';
  if (isNegated) {
    return (labels) => !Object.hasOwn(labels, key.text);
  }
  if (isAlone) return (labels) => Object.hasOwn(labels, key.text);
  return comparison(key.text, tokens);
}

function comparison(key: string, tokens: Tokens): LabelMatcher {
  const operator = tokens.take().text;
  switch (operator) {
    case '=':
    case '==': {
      const value = singleValue(tokens, key);
      return (labels) => valueOf(labels, key) === value;
    }
    case '!=': {
      const value = singleValue(tokens, key);
      return (labels) => valueOf(labels, key) !== value;
    }
    case 'in': {
      const values = valueList(tokens, key);
      return (labels) => values.has(valueOf(labels, key) ?? NO_VALUE);
    }
    case 'notin': {
      const values = valueList(tokens, key);
      return (labels) => !values.has(valueOf(labels, key) ?? NO_VALUE);
    }
    case '<':
    case '>': {
      const bound = Number(singleValue(tokens, key));
      return (labels) => {
        const value = Number(valueOf(labels, key) ?? Number.NaN);
        return operator === '<' ? value < bound : value > bound;
      };
    }
    default:
      throw unparsable(
        `found '${operator}', expected: in, notin, =, ==, !=, gt, lt`.replace(
          'in, notin, =, ==, !=, gt, lt',
          "'in', 'notin', '=', '==', '!=', 'gt', 'lt'",
        ),
      );
  }
}

/** Stands for a label that is not there; no label value can be this. */
const NO_VALUE = '\u0000';

function valueOf(labels: StringMap, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function singleValue(tokens: Tokens, key: string): string {
  const next = tokens.peek();
  if (next.kind === 'end' || next.text === ',') return '';
  const { kind, text } = tokens.take();
  if (kind !== 'word') throw unparsable(`found '${text}', expected: identifier`);
  return checkedValue(text, key);
}

function valueList(tokens: Tokens, key: string): ReadonlySet<string> {
  const open = tokens.take();
  if (open.text !== '(') throw unparsable(`found '${open.text}', expected: '('`);
  const values = new Set<string>();
  for (;;) {
    const next = tokens.peek();
    if (next.text === ',' || next.text === ')') values.add('');
    else if (next.kind === 'word') values.add(checkedValue(tokens.take().text, key));
    else throw unparsable(`found '${next.text}', expected: ',', ')' or identifier`);
    const after = tokens.take();
    if (after.text === ')') return values;
    if (after.text !== ',') throw unparsable(`found '${after.text}', expected: ',' or ')'`);
  }
}

function checkedValue(value: string, key: string): string {
  const faults = labelValueFaults(value);
  if (faults.length === 0) return value;
  const { message } = invalidValue(key, value, faults.join('; '));
  throw unparsable(`values[0][${key}]: ${message}`);
}

function invalidKey(key: string, faults: readonly string[]): ApiError {
  return unparsable(`key: ${invalidValue('key', key, faults.join('; ')).message}`);
}

function unparsable(because: string): ApiError {
  return ApiError.badRequest(`unable to parse requirement: ${because}`);
}

class Tokens {
  readonly #tokens: Token[] = [];

  constructor(source: string) {
    let position = 0;
    while (position < source.length) {
      if (/\s/.test(source.charAt(position))) {
        position++;
        continue;
      }
      const start = position;
      const symbol = SYMBOLS.find((text) => source.startsWith(text, start));
      if (symbol !== undefined) {
        this.#tokens.push({ kind: 'symbol', text: symbol });
        position += symbol.length;
        continue;
      }
      while (position < source.length && !/[\s=!<>(),]/.test(source.charAt(position))) position++;
      this.#tokens.push({ kind: 'word', text: source.slice(start, position) });
    }
  }

  peek(): Token {
    return this.#tokens[0] ?? { kind: 'end', text: '' };
  }

  take(): Token {
    return this.#tokens.shift() ?? { kind: 'end', text: '' };
  }
}
