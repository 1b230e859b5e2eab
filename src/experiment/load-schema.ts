/** The `load` part of an experiment file. */
import { z } from 'zod';
import { MAX_PROCESSES, MAX_WORKERS } from '../load/plan-shares.js';
import { requestFields } from './request-schema.js';
import { isSilent, stage } from './stage-schema.js';
import { duration, wholeNumber, word } from './values.js';

const MAX_IN_FLIGHT = 100_000;

const keepAlive = z.strictObject({
  kind: z.literal('keep-alive').describe('Connections are used again.'),
  maxRequests: wholeNumber(1, 1_000_000_000)
    .optional()
    .describe('Requests after which a connection is closed; without it there is no limit.'),
  maxAge: duration({ above0: true })
    .optional()
    .describe('Age at which a connection is closed; without it there is no limit.'),
});

const connections = z
  .union(
    [word(['per-request', 'keep-alive']), keepAlive],
    'per-request, keep-alive, or {kind: keep-alive, maxRequests: 100, maxAge: 30s}',
  )
  .describe(
    'Whether each request opens a connection. A Service balances connections, not requests: a kept connection stays with its pod.',
  );

/** A file that holds nothing but what arrivals ask. */
export const requestsFileSchema = z.strictObject(requestFields);

const PROCESSES = `a whole number from 1 to ${MAX_PROCESSES}, or auto`;

/** How many processes send. */
export const processCount = z.union(
  [z.int(PROCESSES).min(1, PROCESSES).max(MAX_PROCESSES, PROCESSES), z.literal('auto', PROCESSES)],
  PROCESSES,
);

const WORKERS = `a whole number from 1 to ${MAX_WORKERS}, or auto`;

/** How many pods send. */
const workerCount = z.union(
  [z.int(WORKERS).min(1, WORKERS).max(MAX_WORKERS, WORKERS), z.literal('auto', WORKERS)],
  WORKERS,
);

const shared = {
  ...requestFields,
  connections: connections.prefault('per-request'),
  timeout: duration({ above0: true })
    .prefault('5s')
    .describe('How long to wait for an answer, from the send.'),
  maxConnections: wholeNumber(1, MAX_IN_FLIGHT)
    .optional()
    .describe('Connections open at once; without it as many as maxInFlight.'),
  processes: processCount
    .optional()
    .describe(
      'Processes that send, each its share of the arrivals; auto, the default: by rate and cores.',
    ),
  from: word(['here', 'cluster'])
    .prefault('here')
    .describe(
      'Where the load is sent from: here, the machine that the lab runs on, or cluster, pods of a Job beside the service.',
    ),
  workers: workerCount
    .optional()
    .describe(
      'With from: cluster, how many pods send, each its share of the arrivals; auto, the default: by rate.',
    ),
  workerImage: z
    .string('the name of a container image')
    .min(1, 'the name of a container image')
    .optional()
    .describe("With from: cluster, the image of these pods; without it the lab's own."),
  tls: z
    .strictObject({
      verify: z
        .boolean('true or false')
        .describe('false: any certificate will do, such as one that signed itself.'),
    })
    .optional()
    .describe(
      'For https targets. Certificates are verified; NODE_EXTRA_CA_CERTS names more authorities.',
    ),
};

const openLoad = z.strictObject({
  model: z
    .literal('open')
    .optional()
    .describe('Arrivals follow the stages, whatever became of earlier requests.'),
  stages: z
    .array(stage, 'a list of stages')
    .min(1, 'at least one stage')
    .refine(
      (stages) => stages.length === 0 || !stages.every(isSilent),
      'a rate above 0 in at least one stage',
    )
    .describe('The traffic, one stage after the other.'),
  spacing: word(['even', 'poisson'])
    .prefault('even')
    .describe('Between arrivals: even follows the rate exactly; poisson is random (seeded).'),
  ...shared,
  maxInFlight: wholeNumber(1, MAX_IN_FLIGHT)
    .prefault(1_000)
    .describe('Requests under way at once; arrivals beyond it are dropped and counted.'),
});

const closedLoad = z.strictObject({
  model: z
    .literal('closed')
    .describe('A number of users, each sending its next request after the answer.'),
  concurrency: wholeNumber(1, MAX_IN_FLIGHT).describe('Number of users.'),
  duration: duration({ above0: true }).describe('How long they send.'),
  ...shared,
});

/** What arrives at the service: `model: open` (the default, with stages) or `closed`. */
export const loadSchema = z.discriminatedUnion('model', [openLoad, closedLoad]);

const seed = {
  seed: wholeNumber(0, 4_294_967_295)
    .optional()
    .describe('Seed of everything random; 1 by default.'),
};

/** A file that holds nothing but a load. */
export const loadFileSchema = z.discriminatedUnion('model', [
  openLoad.extend(seed),
  closedLoad.extend(seed),
]);

/** The load as it was read: rates a second, durations in milliseconds. */
export type LoadInput = z.output<typeof loadSchema>;
