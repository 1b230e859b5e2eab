/** The `podMetrics` part of an experiment file: custom and external metrics from the pods' own `/metrics`. */
import { z } from 'zod';
import type { PodMetricRule, PodMetricsSettings } from '../core/pod-metric-rules.js';
import { duration, pattern, text, wholeNumber, word } from './values.js';

const seriesName = pattern(/^[A-Za-z_:][A-Za-z0-9_:]*$/, 'the name of a Prometheus series');
const labelName = pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a Prometheus label');
const PORT = 'the number or the name of a container port';

const ruleSchema = z
  .strictObject({
    series: seriesName.describe('Series as the pods tell it: http_requests_total.'),
    match: z
      .record(labelName, z.string('a text'), 'a mapping from labels to values')
      .prefault({})
      .describe('Labels that the series must have: { route: /work }.'),
    as: pattern(/^[A-Za-z0-9_][-A-Za-z0-9_.:]*$/, 'the name of a metric')
      .optional()
      .describe(
        'Name of the metric for the HPA; by default that of the series, for a rate with _per_second in place of _total.',
      ),
    value: word(['rate', 'last'])
      .optional()
      .describe(
        'rate: growth a second (the default of series that end in _total, _sum, _count or _bucket); last: the newest value.',
      ),
    window: duration({ above0: true })
      .prefault('1m')
      .describe('Over how long a rate is taken; it needs two scrapes in it.'),
    api: word(['custom', 'external'])
      .prefault('custom')
      .describe(
        'custom: for HPA metrics of type Pods and Object; external: for those of type External.',
      ),
    combine: word(['sum', 'average', 'max', 'min'])
      .prefault('sum')
      .describe('How several series, and several pods of one object, become one value.'),
    by: z
      .array(labelName, 'a list of labels')
      .prefault([])
      .describe('External only: labels that keep values apart and that a selector can choose by.'),
  })
  .refine(({ api, by }) => api === 'external' || by.length === 0, {
    path: ['by'],
    message: 'no such field with api: custom',
  })
  .transform(completeRule);

const COUNTER = /_(?:total|sum|count|bucket)$/;

function completeRule({
  window: windowMs,
  ...rule
}: Omit<PodMetricRule, 'as' | 'value' | 'windowMs'> & {
  readonly as?: string | undefined;
  readonly value?: PodMetricRule['value'] | undefined;
  readonly window: number;
}): PodMetricRule {
  const value = rule.value ?? (COUNTER.test(rule.series) ? 'rate' : 'last');
  const rateName = `${rule.series.replace(/_total$/, '')}_per_second`;
  const as = rule.as ?? (value === 'rate' ? rateName : rule.series);
  return { ...rule, as, value, windowMs };
}

/** What is scraped and what becomes of it. */
export const podMetrics = z
  .strictObject({
    scrapePeriod: duration({ above0: true })
      .prefault('15s')
      .describe('How often each pod is asked; each has a phase of its own.'),
    path: pattern(/^\//, 'a path that begins with /')
      .prefault('/metrics')
      .describe("Where; a pod's annotation prometheus.io/path wins."),
    port: z
      .union([wholeNumber(1, 65_535), text(PORT)], PORT)
      .optional()
      .describe(
        "Port, by number or name; by default the pod's first. The annotation prometheus.io/port wins.",
      ),
    rules: z
      .array(ruleSchema, 'a list of rules')
      .min(1, 'at least one rule')
      .superRefine(uniqueMetrics)
      .describe('What becomes a metric.'),
  })
  .transform(
    ({ scrapePeriod, port, ...rest }): PodMetricsSettings => ({
      ...rest,
      ...(port === undefined ? {} : { port }),
      scrapePeriodMs: scrapePeriod,
    }),
  );

/** A rule with other faults has not been completed and may have no name yet. */
function uniqueMetrics(
  rules: readonly (Omit<PodMetricRule, 'as'> & { readonly as?: string })[],
  context: z.RefinementCtx,
): void {
  const known = new Set<string>();
  for (const [index, { api, as }] of rules.entries()) {
    if (as === undefined) continue;
    const key = `${api} ${as}`;
    if (known.has(key)) {
      const message = `a metric of its own: there is a rule for the ${api} metric ${as} already`;
      context.addIssue({ code: 'custom', path: [index, 'as'], message });
    }
    known.add(key);
  }
}
