/** The experiment file as its users write it. Unknown fields are refused; what is optional has its default here. */
import { z } from 'zod';
import { loadSchema } from './load-schema.js';
import { price } from './price-schema.js';
import { slo } from './slo-schema.js';
import { THRESHOLD_FORM } from './threshold.js';
import { decimal, duration, label, pattern, text, wholeNumber, word } from './values.js';

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
});

const image = z.strictObject({
  command: z
    .array(text('a text'), 'a list of texts')
    .min(1, 'at least the program')
    .describe('Program and arguments to start instead of the image.'),
  env: z
    .record(
      pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a variable name'),
      z.union([z.string(), z.number(), z.boolean()], 'a text, a number or true or false'),
      'a mapping from variable names to texts',
    )
    .prefault({})
    .describe('Environment beside the manifest; may use $(POD_IP), $(POD_NAME), $(PORT_8000).'),
});

const hpaController = z.strictObject({
  syncPeriod: duration({ above0: true })
    .prefault('15s')
    .describe('Time between two decisions (--horizontal-pod-autoscaler-sync-period).'),
  tolerance: decimal({ min: 0 })
    .max(1, 'a number from 0 to 1')
    .prefault(0.1)
    .describe('Deviation from the target that changes nothing (0.1 is 10 %).'),
  cpuInitializationPeriod: duration()
    .prefault('5m')
    .describe('Time after a pod started in which its CPU counts only while it is ready.'),
  initialReadinessDelay: duration()
    .prefault('30s')
    .describe('Time after a pod started in which it counts as not yet ready.'),
  downscaleStabilization: duration()
    .prefault('5m')
    .describe('Window whose highest recommendation wins, where the HPA sets none.'),
});

const CPU_SCALE = 'auto, or a number above 0 up to 10';

const embedded = z.strictObject({
  cpuScale: z
    .union([z.literal('auto'), z.number().gt(0, CPU_SCALE).max(10, CPU_SCALE)], CPU_SCALE)
    .prefault('auto')
    .describe('Real cores that one Kubernetes CPU is; auto lets all replicas fit this machine.'),
  addresses: word(['auto', 'per-pod', 'shared'])
    .prefault('auto')
    .describe('An address of its own for each pod, or one address with mapped ports.'),
  cpuLimits: word(['auto', 'cgroup', 'signals', 'none'])
    .prefault('auto')
    .describe('How CPU limits are enforced; auto takes the first that works here.'),
  images: z
    .record(text('an image name'), image, 'a mapping from images to commands')
    .prefault({})
    .describe('Local commands that stand for container images.'),
  hpaController: hpaController
    .prefault({})
    .describe('Settings of the HPA controller; the defaults are those of Kubernetes.'),
  metricsResolution: duration({ above0: true })
    .prefault('15s')
    .describe('Time between two samples of the metrics API (--metric-resolution).'),
  apiPort: wholeNumber(0, 65_535).prefault(0).describe('Port of the API server; 0 takes any free.'),
});

/** An experiment file; its output has durations in milliseconds and rates a second. */
export const experimentSchema = z
  .strictObject({
    name: label(MAX_NAME_LENGTH).describe('Short name; results go to results/<name>/.'),
    question: text('a sentence: what a reader wants to know').describe(
      'One sentence: what a reader wants to know.',
    ),
    target: word(['embedded'])
      .prefault('embedded')
      .describe('Kind of cluster: embedded needs nothing but Node.'),
    manifests: z
      .array(text('a path'), 'a list of paths')
      .min(1, 'at least one file or folder of manifests')
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
      .prefault('30s')
      .describe('Wait between ready and the first request; metrics need two samples of a pod.'),
    coolDown: duration().prefault('0s').describe('Time to go on watching after the last request.'),
    flapWindow: duration({ above0: true })
      .prefault('1m')
      .describe('Ready, unready and ready again within this time is a flap.'),
    embedded: embedded.prefault({}).describe('Settings of the embedded cluster.'),
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
    thresholds: z
      .array(text(THRESHOLD_FORM), 'a list of texts')
      .prefault([])
      .describe(`What must hold, else the run ends with exit code 4. Each is ${THRESHOLD_FORM}.`),
    seed: wholeNumber(0, 4_294_967_295)
      .prefault(1)
      .describe('Seed of everything random; the same seed gives the same arrivals.'),
  })
  .describe('An hpa-lab experiment');

/** What a valid file says, after durations and rates were read. */
export type ExperimentInput = z.output<typeof experimentSchema>;
