/** What requests ask, as an experiment file writes it. */
import { z } from 'zod';
import { JSON_PATH_EXAMPLES, parseJsonPath } from '../load/json-path.js';
import { OWN_HEADERS, PATH, patternFault, TOKEN } from '../load/request-faults.js';
import type { ExpectedText, StatusRange, ThinkTime } from '../load/request-spec.js';
import { withoutPlaces } from '../load/request-template.js';
import { decimal, duration, pattern, text, word } from './values.js';

/** Headers that a file may not set: the sender knows them better. */
const SENDER_HEADERS = [...OWN_HEADERS, 'host'].toSorted();
const REGULAR_EXPRESSION = /^\/([^]+)\/([dimsuv]*)$/;

const headers = z
  .record(
    pattern(TOKEN, 'a header name').refine(
      (name) => !SENDER_HEADERS.includes(name.toLowerCase()),
      `a header other than ${SENDER_HEADERS.join(', ')} (the sender sets those)`,
    ),
    pattern(/^[\t\x20-\x7e]*$/, 'a header value of printable ASCII characters on one line'),
    'a mapping from header names to texts',
  )
  .describe('Headers sent with each request; values may have places in them.');

const STATUS = 'a status such as 200, or 2xx for all of its class';
const status = z
  .union([z.int().min(100).max(599), z.string().regex(/^[1-5]xx$/)], STATUS)
  .transform((value): StatusRange => {
    if (typeof value === 'number') return { from: value, to: value };
    const from = Number(value.charAt(0)) * 100;
    return { from, to: from + 99 };
  });

const EXPECTED = 'a text, or a regular expression between slashes such as /^ok$/i';
const expectedText = text(EXPECTED)
  .refine((value) => expectedOf(value) !== undefined, EXPECTED)
  .transform((value): ExpectedText => expectedOf(value) ?? { kind: 'equals', text: value });

/** The text or the regular expression that a text writes; absent when it is a faulty expression. */
function expectedOf(value: string): ExpectedText | undefined {
  const [, source, flags = ''] = REGULAR_EXPRESSION.exec(value) ?? [];
  if (source === undefined) return { kind: 'equals', text: value };
  return patternFault(source, flags) === undefined
    ? { kind: 'matches', pattern: source, flags }
    : undefined;
}

const jsonPath = text(JSON_PATH_EXAMPLES).refine(
  (value) => parseJsonPath(value) !== undefined,
  JSON_PATH_EXAMPLES,
);

const checks = z
  .strictObject({
    status: z
      .union([status, z.array(status).min(1)], `${STATUS}, or a list of such`)
      .optional()
      .describe('Statuses that are right: 200, 2xx or [200, 404].'),
    header: z
      .record(pattern(TOKEN, 'a header name'), expectedText, 'a mapping from headers to texts')
      .prefault({})
      .describe('Headers of the answer with their values, or /regular expressions/ for them.'),
    bodyContains: text('a text').optional().describe('A text that the body has in it.'),
    json: z
      .record(
        jsonPath,
        z.union(
          [expectedText, z.number(), z.boolean(), z.null()],
          'exists, a text, a /regular expression/, a number, true, false or null',
        ),
        'a mapping from paths such as user.id to what is there',
      )
      .prefault({})
      .describe('Fields of an answer in JSON by path, with their values; exists: any value.'),
  })
  .prefault({})
  .describe('What an answer must be; one that is not counts as failed (check).');

const THINK_TIME = 'a duration such as 500ms, {min: 1s, max: 3s} or {mean: 2s}';
const thinkTime = z
  .union(
    [
      duration().transform((ms): ThinkTime => ({ kind: 'fixed', ms })),
      z
        .strictObject({
          min: duration().describe('Shortest; each time in between is as likely.'),
          max: duration().describe('Longest.'),
        })
        .refine(({ min, max }) => min <= max, { path: ['max'], message: 'at least min' })
        .transform(({ min, max }): ThinkTime => ({ kind: 'uniform', minMs: min, maxMs: max })),
      z
        .strictObject({ mean: duration().describe('Mean of exponentially distributed times.') })
        .transform(({ mean }): ThinkTime => ({ kind: 'exponential', meanMs: mean })),
    ],
    THINK_TIME,
  )
  .optional()
  .describe(
    'How long the user waits after the answer before the next step (closed model: also before the next session).',
  );

const extraction = z
  .strictObject({
    json: jsonPath.optional().describe('Path of the field in an answer in JSON: user.id.'),
    header: pattern(TOKEN, 'a header name').optional().describe('Header of the answer.'),
    regex: text('a regular expression')
      .refine((value) => patternFault(value, '') === undefined, 'a regular expression')
      .optional()
      .describe('Expression found in the body; its first group counts, if it has one.'),
  })
  .refine((from) => Object.keys(from).length === 1, 'one of json, header and regex');

const asked = {
  method: word(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .prefault('GET')
    .describe('HTTP method.'),
  path: text('a path beginning with "/"')
    .refine(
      (value) => PATH.test(withoutPlaces(value)),
      'a path beginning with "/", without spaces or "#"',
    )
    .prefault('/')
    .describe(
      'Path with query, beginning with /. Places in it: ${seq}, ${uuid}, ${int(1,100)}, ${choice(a,b)}, ${name} of a value.',
    ),
  headers: headers.prefault({}),
  body: text('a text')
    .optional()
    .describe('Body of each request, which may have places in it; not with GET or HEAD.'),
  timeout: duration({ above0: true })
    .optional()
    .describe('How long to wait for the answer, from the send; by default as all requests.'),
  checks,
  thinkTime,
};

const noBody = {
  check: ({ body, method }: { readonly body?: string | undefined; readonly method: string }) =>
    body === undefined || !['GET', 'HEAD'].includes(method),
  fault: { path: ['body'], message: 'no body with GET or HEAD' },
};

const name = pattern(
  /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}$/,
  'a name of at most 60 letters, digits, spaces, ".", "_" and "-"',
);
const weight = decimal({ above: 0 })
  .prefault(1)
  .describe('Its share of all arrivals is its weight of the sum of all weights.');

const request = z.strictObject(asked).refine(noBody.check, noBody.fault);

const weightedRequest = z
  .strictObject({
    name: name
      .optional()
      .describe('Name of its own, for reports; without it the method and the path.'),
    weight,
    ...asked,
  })
  .refine(noBody.check, noBody.fault);

const step = z
  .strictObject({
    name: name.describe('Name of its own within the session.'),
    ...asked,
    extract: z
      .record(z.string(), extraction, 'a mapping from names to {json: path}')
      .prefault({})
      .describe('Values of the answer for later steps, by the name that ${name} uses.'),
  })
  .refine(noBody.check, noBody.fault);

const session = z.strictObject({
  name: name.describe('Name of its own, for reports.'),
  weight,
  values: z
    .record(z.string(), z.string('a text'), 'a mapping from names to texts')
    .prefault({})
    .describe('Texts with places, filled in once a session: user: "${int(1,500)}".'),
  steps: z
    .array(step, 'a list of steps')
    .min(1, 'at least one step')
    .describe('Requests one after the other, each when the one before was answered.'),
});

/** What a load asks: one request, or a mix of requests and sessions. */
export const requestFields = {
  request: request.optional().describe('What each request asks; alone, without a mix.'),
  requests: z
    .array(weightedRequest, 'a list of requests')
    .min(1, 'at least one request')
    .optional()
    .describe('A mix of requests, by weight.'),
  sessions: z
    .array(session, 'a list of sessions')
    .min(1, 'at least one session')
    .optional()
    .describe('Sessions of several requests, by weight, mixed with the requests if there are any.'),
};

/** What arrivals ask, as it was read. */
export type RequestsInput = z.output<z.ZodObject<typeof requestFields>>;

/** One request as it was read: a step, or a session of its own. */
export type RequestInput = z.output<typeof request> &
  Partial<Pick<z.output<typeof step>, 'extract'>>;

/** What the checks of a request say. */
export type ChecksInput = RequestInput['checks'];

/** Where a value of an answer is. */
export type ExtractionInput = z.output<typeof extraction>;
