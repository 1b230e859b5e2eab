/** `report.json`: what Prometheus told. Its values one by one are in the timeline. */
import { z } from 'zod';
import type { Analysis } from '../../analysis/analyze.js';
import { mapMeasure } from '../../analysis/measure.js';
import { MEASURE_UNITS } from '../../core/measure-unit.js';
import { atMs, count, measure, number } from './values.js';

const series = z.strictObject({
  labels: z.record(z.string(), z.string()),
  values: count,
  fromMs: atMs,
  toMs: atMs,
  min: number,
  mean: number,
  max: number,
});

const prometheus = z.strictObject({
  url: z.string(),
  queries: z
    .array(
      z.strictObject({
        name: z.string(),
        unit: z.enum(MEASURE_UNITS),
        answer: measure(
          z.strictObject({ query: z.string(), stepMs: number, series: z.array(series) }),
        ),
      }),
    )
    .describe('Those that are always asked for first, then those of the experiment.'),
});

/** Fields of `report.json` about Prometheus. */
export const prometheusFields = {
  prometheus: prometheus
    .optional()
    .describe('What Prometheus told of the run; absent when the experiment names none.'),
};

const prometheusSection = z.strictObject(prometheusFields);

/** What Prometheus told as data. */
export function prometheusJson({ prometheus: told }: Analysis): z.output<typeof prometheusSection> {
  if (told.kind !== 'measured') return {};
  const { url, queries } = told.value;
  return {
    prometheus: {
      url,
      queries: queries.map(({ name, unit, answer }) => ({
        name,
        unit,
        answer: mapMeasure(answer, ({ query, stepMs, series: all }) => ({
          query,
          stepMs,
          series: all.map(({ labels, points }) => ({ labels: { ...labels }, ...summary(points) })),
        })),
      })),
    },
  };
}

function summary(points: readonly (readonly [t: number, value: number])[]) {
  const values = points.map(([, value]) => value);
  return {
    values: points.length,
    fromMs: points[0]?.[0] ?? 0,
    toMs: points.at(-1)?.[0] ?? 0,
    min: values.reduce((least, value) => Math.min(least, value), Infinity),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    max: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}
