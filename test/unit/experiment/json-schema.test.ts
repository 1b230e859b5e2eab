import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { experimentJsonSchema } from '../../../src/experiment/json-schema.js';

const validate = new Ajv({ strict: false, formats: { date: true } }).compile(
  experimentJsonSchema(),
);
const SPIKE = readFileSync('experiments/spike.yaml', 'utf8');

describe('the JSON Schema for editors', () => {
  it('accepts experiments/spike.yaml', () => {
    validate(parse(SPIKE));

    expect(validate.errors).toBeNull();
  });

  it.each([
    ['an unknown field', { extra: 1 }],
    ['a duration without a unit', { settle: 20 }],
    ['a missing list of manifests', { manifests: undefined }],
    ['a stage of an unknown kind', { load: { stages: [{ name: 'a', kind: 'wave' }] } }],
  ])('refuses %s', (_, change) => {
    expect(validate({ ...parse(SPIKE), ...change })).toBe(false);
  });

  it('describes every field and tells its default', () => {
    const schema = experimentJsonSchema();
    const undescribed: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, child] of Object.entries(
        (node as { properties?: object }).properties ?? {},
      ))
        if (typeof child.description !== 'string') undescribed.push(`${path}.${name}`);
      for (const [name, child] of Object.entries(node)) walk(child, `${path}.${name}`);
    };
    walk(schema, '');

    expect(undescribed).toEqual([]);
    expect(schema).toHaveProperty('properties.settle.default', '25s');
  });
});
