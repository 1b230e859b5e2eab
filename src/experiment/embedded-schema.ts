/** The `embedded` part of an experiment file: settings of the embedded cluster. */
import { z } from 'zod';
import { nodes } from './node-schema.js';
import { podMetrics } from './pod-metrics-schema.js';
import { decimal, duration, pattern, text, wholeNumber, word } from './values.js';

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

const delays = z.strictObject({
  podStart: duration()
    .prefault('1s')
    .describe(
      'From a pod on its node to its first process, on top of what this machine takes: sandbox, network, a look at the image.',
    ),
  podStartJitter: duration()
    .prefault('700ms')
    .describe('Up to so much more, evenly spread over pods.'),
  containerSeen: duration()
    .prefault('700ms')
    .describe('How long after the fact the kubelet sees that a container started or ended.'),
  endpoints: duration()
    .prefault('30ms')
    .describe('From a change of endpoints until Services send by it.'),
});

const backOff = z
  .strictObject({
    initial: duration({ above0: true }).prefault('10s').describe('Wait before the first restart.'),
    maximum: duration({ above0: true })
      .prefault('5m')
      .describe('Each wait is twice the one before, up to this.'),
  })
  .refine(({ initial, maximum }) => initial <= maximum, 'initial at most as long as maximum');

/** The `embedded` part of an experiment file. */
export const embedded = z.strictObject({
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
  nodes: nodes
    .optional()
    .describe(
      'Virtual nodes, which share this machine: how many, or a list of them. One by default.',
    ),
  delays: delays
    .prefault({})
    .describe(
      'How long things take that are not work; the defaults are as measured of a real node.',
    ),
  crashLoopBackOff: backOff
    .prefault({})
    .describe("How long a container that ends again and again waits; the defaults are upstream's."),
  podMetrics: podMetrics
    .optional()
    .describe(
      'Custom and external metrics from what the pods themselves tell at /metrics; without it there are none.',
    ),
  hpaController: hpaController
    .prefault({})
    .describe('Settings of the HPA controller; the defaults are those of Kubernetes.'),
  metricsResolution: duration({ above0: true })
    .prefault('15s')
    .describe('Time between two samples of the metrics API (--metric-resolution).'),
  apiPort: wholeNumber(0, 65_535).prefault(0).describe('Port of the API server; 0 takes any free.'),
});

/** What a valid `embedded` says, after durations were read. */
export type EmbeddedInput = z.output<typeof embedded>;
