/** The `load` part of an experiment file. */
import { z } from 'zod';
import { duration, label, pattern, rate, text, wholeNumber, word } from './values.js';

const MAX_IN_FLIGHT = 100_000;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that the sender itself must set for a request to be well-formed. */
const SENDER_HEADERS = ['connection', 'content-length', 'host', 'transfer-encoding'];

const stageName = label(40).describe('Unique name of the stage; reports use it.');
const stageLength = duration({ above0: true }).describe('How long the stage lasts.');

const constantStage = z.strictObject({
  name: stageName,
  kind: z.literal('constant').describe('One rate all the time.'),
  rate: rate().describe('Requests arriving, such as 45/s.'),
  duration: stageLength,
});

const rampStage = z.strictObject({
  name: stageName,
  kind: z.literal('ramp').describe('Linear from one rate to another.'),
  from: rate().describe('Rate at the beginning.'),
  to: rate().describe('Rate at the end.'),
  duration: stageLength,
});

const stepStage = z.strictObject({
  name: stageName,
  kind: z.literal('step').describe('Equal rises or falls, each held equally long.'),
  from: rate().describe('Rate before the first step.'),
  to: rate().describe('Rate after the last step.'),
  steps: wholeNumber(1, 1_000).describe('Number of steps.'),
  duration: stageLength,
});

const spikeStage = z
  .strictObject({
    name: stageName,
    kind: z.literal('spike').describe('A base rate, and for a while a peak instead.'),
    base: rate().describe('Rate before and after the peak.'),
    peak: rate().describe('Rate during the peak.'),
    at: duration().describe('When the peak begins, from the beginning of the stage.'),
    length: duration({ above0: true }).describe('How long the peak lasts.'),
    duration: stageLength,
  })
  .refine((stage) => stage.at + stage.length <= stage.duration, {
    path: ['length'],
    message: 'the peak to end within the stage (at + length at most duration)',
  });

const stage = z.discriminatedUnion('kind', [constantStage, rampStage, stepStage, spikeStage]);

/** Only true zeros count: this is also asked of stages with faults, which are told elsewhere. */
function isSilent(of: z.output<typeof stage>): boolean {
  if (of.kind === 'constant') return of.rate === 0;
  return of.kind === 'spike' ? of.base === 0 && of.peak === 0 : of.from === 0 && of.to === 0;
}

const header = z
  .record(
    pattern(HEADER_NAME, 'a header name').refine(
      (name) => !SENDER_HEADERS.includes(name.toLowerCase()),
      `a header other than ${SENDER_HEADERS.join(', ')} (the sender sets those)`,
    ),
    pattern(/^[\t\x20-\x7e]*$/, 'a header value of printable ASCII characters on one line'),
    'a mapping from header names to texts',
  )
  .describe('Headers sent with each request.');

const request = z
  .strictObject({
    method: word(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      .prefault('GET')
      .describe('HTTP method.'),
    path: pattern(/^\/[\x21\x22\x24-\x7e]*$/, 'a path beginning with "/", without spaces or "#"')
      .prefault('/')
      .describe('Path with query, beginning with /.'),
    headers: header.prefault({}),
    body: text('a text').optional().describe('Body of each request; not with GET or HEAD.'),
  })
  .refine((asked) => asked.body === undefined || !['GET', 'HEAD'].includes(asked.method), {
    path: ['body'],
    message: 'no body with GET or HEAD',
  });

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

const shared = {
  request: request.prefault({}).describe('What each request asks.'),
  connections: connections.prefault('per-request'),
  timeout: duration({ above0: true })
    .prefault('5s')
    .describe('How long to wait for an answer, from the send.'),
  maxConnections: wholeNumber(1, MAX_IN_FLIGHT)
    .optional()
    .describe('Connections open at once; without it as many as maxInFlight.'),
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

/** One stage as it was read: rates a second, durations in milliseconds. */
export type StageInput = z.output<typeof stage>;

/** The load as it was read: rates a second, durations in milliseconds. */
export type LoadInput = z.output<typeof loadSchema>;
