/** The experiment file's JSON Schema, for editors. */
import { z } from 'zod';
import { priceBookSchema } from './price-book-schema.js';
import { experimentSchema } from './schema.js';

/**
 * The JSON Schema (draft 7) of an experiment file, for editors: `# yaml-language-server: $schema=...`.
 *
 * It describes what users write (`45s`), not what the lab makes of it. Rules between fields, such as
 * unique stage names, are not in it.
 */
export function experimentJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, if: HAS_EXISTING_WORKLOAD, else: { required: ['manifests'] } };
}

const HAS_EXISTING_WORKLOAD = {
  required: ['underTest'],
  properties: {
    underTest: {
      description: 'A workload that is there already needs no manifests.',
      required: ['existing'],
      properties: { existing: { description: 'See above.', const: true } },
    },
  },
};

/** The JSON Schema (draft 7) of a price book, the same way; region and machine names are not checked. */
export function priceBookJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(priceBookSchema, { io: 'input', target: 'draft-7' });
}
