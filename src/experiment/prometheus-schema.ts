/** The `prometheus` part of an experiment file: which one is asked, and for what. */
import { z } from 'zod';
import { MEASURE_UNITS, type MeasureUnit } from '../core/measure-unit.js';
import { PROMETHEUS_PRESETS } from '../core/prometheus-measures.js';
import { duration, pattern, text, word } from './values.js';

/** A figure of Prometheus is never money: which currency would not be known. */
const UNITS = MEASURE_UNITS.filter(
  (unit): unit is Exclude<MeasureUnit, 'currency'> => unit !== 'currency',
);
const URL_FORM = 'an address such as http://127.0.0.1:9090, without user and password';
const MAX_QUERIES = 100;
const MIN_STEP_MS = 1_000;

const query = z.strictObject({
  name: pattern(
    /^[a-z][A-Za-z0-9]{0,62}$/,
    'a name of letters and digits that begins with a small letter, such as queueLength',
  ).describe('Its figures are prometheus.<name>.min, .mean, .max and .last.'),
  query: text('a PromQL expression').describe(
    'PromQL; $namespace, $deployment, $hpa, $pods (a pattern for the names of its pods) and $window are filled in.',
  ),
  unit: z
    .enum(UNITS, `one of ${UNITS.join(', ')}`)
    .prefault('ratio')
    .describe(
      'In what its values are counted, for thresholds and reports; ratio is a bare number.',
    ),
});

/** An absolute address over HTTP without anything secret in it. */
function isPlainUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

const SECRET_HEADERS = /authorization|token|api-?key|secret|cookie|password/i;

/** Where figures beside the lab's own come from. */
export const prometheus = z.strictObject({
  url: z
    .string(URL_FORM)
    .refine(isPlainUrl, URL_FORM)
    .describe('Address of Prometheus or of what speaks its API; /api/v1 is appended.'),
  headers: z
    .record(
      pattern(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a header'),
      text('a text'),
      'a mapping from names of headers to texts',
    )
    .superRefine((headers, context) => {
      for (const [name, value] of Object.entries(headers)) {
        if (!SECRET_HEADERS.test(name) || /\$\{?[A-Za-z_]/.test(value)) continue;
        context.addIssue({
          code: 'custom',
          path: [name],
          message:
            'a variable of the environment in place of the secret, such as Bearer $PROMETHEUS_TOKEN',
        });
      }
    })
    .prefault({})
    .describe(
      'Headers of each request; $NAME is taken from the environment, so that no secret stands here or in results.',
    ),
  step: duration({ above0: true })
    .refine((ms) => ms >= MIN_STEP_MS, 'a duration of at least 1s')
    .prefault('5s')
    .describe('Time between two values of a series.'),
  window: duration({ above0: true })
    .refine((ms) => ms >= MIN_STEP_MS, 'a duration of at least 1s')
    .prefault('1m')
    .describe('What rates are taken over: at least four times the interval in which it scrapes.'),
  labels: word(['kube-prometheus', 'gke'])
    .prefault('kube-prometheus')
    .describe(
      'Names that its metrics have: kube-prometheus as cAdvisor and kube-state-metrics tell them; gke as Google Cloud keeps them for GKE (system metrics and managed kube-state-metrics).',
    ),
  queries: z
    .array(query, 'a list of queries')
    .max(MAX_QUERIES, `at most ${MAX_QUERIES} queries`)
    .superRefine((queries, context) => {
      const taken = new Set<string>(PROMETHEUS_PRESETS.map(({ name }) => name));
      queries.forEach(({ name }, index) => {
        if (taken.has(name)) {
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: 'a name that no other query has, nor one of those that are always asked for',
          });
        }
        taken.add(name);
      });
    })
    .prefault([])
    .describe('Queries beside those for CPU, throttling, memory, restarts, replicas and the HPA.'),
});
