/** Reads a demand curve from the file that a capacity search wrote (`capacity.json`), or one like it. */
import { z } from 'zod';
import type { DemandCurve } from '../load/demand-curve.js';
import type { Fault } from './fault.js';
import { text, wholeNumber, word } from './values.js';
import { parseYamlDocument, type RawDocument } from './yaml-document.js';

/** Version of `capacity.json`; another one is refused. */
export const CAPACITY_SCHEMA_VERSION = 1;

const point = z.looseObject({
  replicas: wholeNumber(1, 1_000_000),
  maxRatePerSecond: z
    .number('a rate of at least 0, requests a second')
    .min(0, 'a rate of at least 0, requests a second'),
  kind: word(['measured', 'modelled']),
  isAtLeast: z.boolean('true or false').prefault(false),
});

const file = z.looseObject({
  schemaVersion: z.literal(CAPACITY_SCHEMA_VERSION, `version ${CAPACITY_SCHEMA_VERSION}`),
  curve: z.looseObject({
    sloText: text('the SLO in words'),
    points: z.array(point, 'a list of points').min(1, 'at least one point'),
  }),
});

/** What came of it. */
export type ParsedDemandCurve =
  | { readonly kind: 'value'; readonly value: DemandCurve }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] };

/** @param from - `source`: how reports name the file. */
export function parseDemandCurve(
  content: string,
  from: { readonly fileName: string; readonly source: string },
): ParsedDemandCurve {
  const parsed = parseYamlDocument(content, {
    fileName: from.fileName,
    schema: file,
    otherFaults: orderFaults,
  });
  if (parsed.kind === 'faults') return parsed;
  const { sloText, points } = parsed.value.curve;
  return {
    kind: 'value',
    value: {
      sloText,
      source: from.source,
      points: points.map(({ replicas, maxRatePerSecond, kind, isAtLeast }) => {
        return { replicas, maxRatePerSecond, kind, isAtLeast };
      }),
    },
  };
}

/** Points rise in replicas, and more replicas never hold less. */
function orderFaults(document: RawDocument): readonly Fault[] {
  const parsed = file.safeParse(document.content);
  if (!parsed.success) return []; // told by the schema
  const { points } = parsed.data.curve;
  const faults: Fault[] = [];
  for (const [index, each] of points.entries()) {
    const before = points[index - 1];
    const path = ['curve', 'points', index];
    if (before !== undefined && each.replicas <= before.replicas) {
      const expected = `more than the ${before.replicas} before it`;
      faults.push(document.fault([...path, 'replicas'], expected));
    }
    if (before !== undefined && each.maxRatePerSecond < before.maxRatePerSecond) {
      const expected = `at least the ${before.maxRatePerSecond} of fewer replicas`;
      faults.push(document.fault([...path, 'maxRatePerSecond'], expected));
    }
  }
  return faults;
}
