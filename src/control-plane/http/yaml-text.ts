/** YAML as the API reads it, and what Go's parser says of what is wrong with it. */
import { isMap, parseDocument, visit } from 'yaml';
import type { YAMLError } from 'yaml';
import { isJsonObject } from '../schema/json.js';

/** What a YAML text holds; keys that stand twice are allowed, the last one counts. */
export interface YamlText {
  readonly value: unknown;
  /** Go's words for the first fault; undefined: there is none. */
  readonly fault: string | undefined;
}

/** Reads a YAML text. */
export function readYaml(body: string): YamlText {
  const document = parseDocument(body, { uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) return { value: undefined, fault: goYamlError(error) };
  return resolved(() => document.toJS());
}

/** Aliases are resolved at the end: one that nothing defines, or so many that they are an attack. */
function resolved(read: () => unknown): YamlText {
  try {
    return { value: read(), fault: undefined };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { value: undefined, fault: 'yaml: document contains excessive aliasing' };
  }
}

/** Go's words for keys that stand twice in one mapping; undefined: there are none. */
export function yamlDuplicates(body: string): string | undefined {
  const found = duplicateKeys(body);
  if (found.length === 0) return undefined;
  const lines = found.map(
    ({ line, key }) => `  line ${line}: key ${JSON.stringify(key)} already set in map`,
  );
  return ['yaml: unmarshal errors:', ...lines].join('\n');
}

interface DuplicateKey {
  readonly line: number;
  readonly key: string;
}

function duplicateKeys(body: string): readonly DuplicateKey[] {
  const found: DuplicateKey[] = [];
  visit(parseDocument(body, { uniqueKeys: false }), {
    Map(_key, node) {
      if (!isMap(node)) return;
      const keys = new Set<string>();
      for (const { key } of node.items) {
        const name = String(key);
        if (keys.has(name)) found.push({ line: lineOf(body, startOf(key)), key: name });
        keys.add(name);
      }
    },
  });
  return found;
}

function startOf(node: unknown): number {
  const range: unknown = isJsonObject(node) ? node['range'] : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : 0;
  return typeof start === 'number' ? start : 0;
}

function lineOf(body: string, offset: number): number {
  return body.slice(0, offset).split('\n').length;
}

/** What Go's parser says of the same fault, where it is known. */
const GO_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/end with a \]/, "did not find expected ',' or ']'"],
  [/end with a \}/, "did not find expected ',' or '}'"],
  [/Missing closing .*quote/, 'found unexpected end of stream'],
  [/Tabs? .*indentation|tab character/i, 'found character that cannot start any token'],
  [/Nested mappings are not allowed/, 'mapping values are not allowed in this context'],
  [/Implicit keys need to be on a single line/, "could not find expected ':'"],
  [/Implicit map keys need to be followed by map values/, "could not find expected ':'"],
  [/Unresolved alias/, 'unknown anchor referenced'],
];

function goYamlError({ message, linePos }: YAMLError): string {
  const known = GO_MESSAGES.find(([pattern]) => pattern.test(message))?.[1];
  const [first = message] = message.split('\n');
  const line = linePos?.[0]?.line ?? 1;
  return `yaml: line ${line}: ${known ?? first}`;
}
