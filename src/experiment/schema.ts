/** The experiment file as its users write it. Unknown fields are refused; what is optional has its default here. */
import { z } from 'zod';
import { cluster } from './cluster-schema.js';
import { embedded } from './embedded-schema.js';
import { loadSchema } from './load-schema.js';
import { matrixSchema, trialCount } from './matrix-schema.js';
import { price } from './price-schema.js';
import { plannedFaults } from './planned-fault-schema.js';
import { prometheus } from './prometheus-schema.js';
import { slo } from './slo-schema.js';
import { THRESHOLD_FORM } from './threshold.js';
import { duration, label, pattern, text, wholeNumber, word } from './values.js';

/** Longest experiment name: `hpa-lab-<name>` must be a namespace. */
const MAX_NAME_LENGTH = 55;

const objectName = pattern(
  /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/,
  'the name of a Kubernetes object',
);

const patch = z
  .record(z.string(), z.unknown(), 'a mapping: the fields to change')
  .superRefine((fields, context) => {
    for (const field of ['apiVersion', 'kind']) {
      if (field in fields) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'no change of what the object is',
        });
      }
    }
  });

const manifestPatch = z.strictObject({
  kind: pattern(
    /^[A-Z][A-Za-z0-9]*$/,
    'a kind as in the manifest, such as Deployment or HorizontalPodAutoscaler',
  ).describe('Kind of the object to change.'),
  name: objectName.describe('Name of the object to change.'),
  patch: patch.describe(
    'JSON merge patch (RFC 7386): mappings are merged, null removes a field, a list replaces the whole list.',
  ),
});

const underTest = z.strictObject({
  deployment: objectName.describe('Deployment that is scaled.'),
  service: objectName.optional().describe('Service that gets the load; named as the Deployment.'),
  hpa: objectName
    .optional()
    .describe('HorizontalPodAutoscaler that scales; named as the Deployment.'),
  existing: z
    .boolean('true or false')
    .prefault(false)
    .describe(
      'They are in the namespace already: nothing is deployed, only `patches` change them, and are undone afterwards.',
    ),
});

const simulated = z.strictObject({
  requests: word(['auto', 'each', 'batched'])
    .prefault('auto')
    .describe(
      'How requests are modelled: each, one by one; batched, as what flows to each pod in a while; auto, batched above 2,000/s, 2,000,000 requests or a day where the load allows it, else each.',
    ),
});

/** An experiment file; its output has durations in milliseconds and rates a second. */
export const experimentSchema = z
  .strictObject({
    name: label(MAX_NAME_LENGTH).describe('Short name; results go to results/<name>/.'),
    question: text('a sentence: what a reader wants to know').describe(
      'One sentence: what a reader wants to know.',
    ),
    target: word(['embedded', 'simulated', 'kubernetes'])
      .prefault('embedded')
      .describe(
        'Kind of cluster: embedded runs real processes and needs nothing but Node; simulated models them in virtual time; kubernetes is any cluster with a kubeconfig.',
      ),
    model: text('a path')
      .optional()
      .describe(
        'File of a calibrated model (npm run calibrate), relative to this file, for the simulated cluster.',
      ),
    manifests: z
      .array(text('a path'), 'a list of paths')
      .min(1, 'at least one file or folder of manifests')
      .optional()
      .describe('Files and folders of Kubernetes YAML, relative to this file.'),
    patches: z
      .array(manifestPatch, 'a list of patches')
      .prefault([])
      .describe('Changes to the manifests for this experiment alone.'),
    namespace: label().optional().describe('Namespace of the run; hpa-lab-<name> by default.'),
    underTest: underTest.describe('The objects under test, by name.'),
    load: loadSchema.describe('The traffic.'),
    readyTimeout: duration({ above0: true })
      .prefault('2m')
      .describe('How long the service may take to become ready.'),
    settle: duration()
      .prefault('25s')
      .describe('Wait between ready and the first request; metrics need two samples of a pod.'),
    coolDown: duration().prefault('0s').describe('Time to go on watching after the last request.'),
    flapWindow: duration({ above0: true })
      .prefault('1m')
      .describe('Ready, unready and ready again within this time is a flap.'),
    cluster: cluster
      .optional()
      .describe('The cluster of the target kubernetes, and how the service is reached there.'),
    embedded: embedded.prefault({}).describe('Settings of the embedded cluster.'),
    simulated: simulated.optional().describe('Settings of the simulated cluster.'),
    faults: plannedFaults.describe(
      'What goes wrong on the cluster (embedded or simulated), and when.',
    ),
    slo: slo.optional().describe('What users are promised; without it, measures of it are absent.'),
    price: price
      .optional()
      .describe(
        'Prices for the cost estimate: a price book, or your own; by default a public list price, named in reports.',
      ),
    demandCurve: text('a path')
      .optional()
      .describe(
        'File of a capacity search (capacity.json), relative to this file: how many replicas each rate takes, for measures of elasticity.',
      ),
    prometheus: prometheus
      .optional()
      .describe(
        'A Prometheus that is asked for figures of the run, beside what the lab sees itself.',
      ),
    thresholds: z
      .array(text(THRESHOLD_FORM), 'a list of texts')
      .prefault([])
      .describe(`What must hold, else the run ends with exit code 4. Each is ${THRESHOLD_FORM}.`),
    matrix: matrixSchema
      .optional()
      .describe('Variants of this experiment, to be compared; without it there is one.'),
    trials: trialCount
      .optional()
      .describe('How often each variant is run, each time with a seed of its own; 1 by default.'),
    seed: wholeNumber(0, 4_294_967_295)
      .prefault(1)
      .describe('Seed of everything random; the same seed gives the same arrivals.'),
  })
  .describe('An hpa-lab experiment');

/** What a valid file says, after durations and rates were read. */
export type ExperimentInput = z.output<typeof experimentSchema>;
