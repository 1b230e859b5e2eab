/** The `slo` part of an experiment file. */
import { z } from 'zod';
import { duration, share } from './values.js';

/** What users are promised: so many requests answered in time. */
export const slo = z.strictObject({
  responseTime: duration({ above0: true }).describe(
    'A request is good when it was answered without a server error (5xx) within this, from when it was due.',
  ),
  objective: share().describe('Share of requests that must be good, such as 99%.'),
});
