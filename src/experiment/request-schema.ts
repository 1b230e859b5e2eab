/** What requests ask, as an experiment file writes it. */
import { z } from 'zod';
import { pattern, text, word } from './values.js';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that the sender itself must set for a request to be well-formed. */
const SENDER_HEADERS = ['connection', 'content-length', 'host', 'transfer-encoding'];

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

/** One request. */
export const request = z
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

/** A request as it was read. */
export type RequestInput = z.output<typeof request>;
