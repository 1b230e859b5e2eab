/** Which fields a mapping of a file may have, read from its JSON Schema. */
import { fieldOf, isRecord, type UnknownRecord as Schema } from '../core/json.js';
import type { FieldPath } from './yaml-source.js';

/**
 * Names of the fields that the schema knows at a path of a given file; empty when it is no mapping with
 * fixed fields.
 *
 * @param schema - JSON Schema of the file.
 * @param at - `content`: the file's content; where the schema offers alternatives, those that agree with
 *   its `kind`, `model` and the like count.
 */
export function knownFields(
  schema: unknown,
  { path, content }: { readonly path: FieldPath; readonly content: unknown },
): readonly string[] {
  let schemas: readonly Schema[] = alternatives(schema, content);
  let value = content;
  for (const step of path) {
    value = fieldOf(value, step);
    schemas = schemas.flatMap((each) => alternatives(stepInto(each, step), value));
  }
  const names = schemas.flatMap((each) => Object.keys(each['properties'] ?? {}));
  return [...new Set(names)];
}

function alternatives(schema: unknown, value: unknown): readonly Schema[] {
  if (!isRecord(schema)) return [];
  const options = schema['oneOf'] ?? schema['anyOf'];
  if (!Array.isArray(options)) return [schema];
  const all = options.flatMap((option: unknown) => alternatives(option, value));
  const fitting = all.filter((option) => agrees(option, value));
  return fitting.length === 0 ? all : fitting;
}

/** Whether the fields that a schema fixes to one word have that word, or are left out where they may be. */
function agrees(schema: Schema, value: unknown): boolean {
  const required: unknown = schema['required'];
  return Object.entries(schema['properties'] ?? {}).every(([name, field]) => {
    const word = fieldOf(field, 'const');
    if (word === undefined) return true;
    const found = fieldOf(value, name);
    if (found === undefined) return !(Array.isArray(required) && required.includes(name));
    return found === word;
  });
}

function stepInto(schema: Schema, step: string | number): unknown {
  if (typeof step === 'number') return schema['items'];
  return fieldOf(schema['properties'], step) ?? schema['additionalProperties'];
}
