/** Asks a pod for its metrics over HTTP. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { ScrapeResult, ScrapeTarget } from '../../control-plane/metrics/scrape-loop.js';
import type { Cancel, Clock } from '../../time/clock.js';

/** More than this is no answer, as with Prometheus' `body_size_limit`. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const LOOPBACK = /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;

/** Asks once, on a connection of its own, addresses of this machine only. Calls `done` once, later. */
export function scrapePod(
  { host, port, path, timeoutMs }: ScrapeTarget,
  clock: Clock,
  done: (result: ScrapeResult) => void,
): Cancel {
  let isDone = false;
  const cancels: Cancel[] = [];
  const finish = (result: ScrapeResult | undefined): void => {
    if (isDone) return;
    isDone = true;
    for (const cancel of cancels) cancel();
    if (result !== undefined) done(result);
  };
  const failed = (because: string): void => finish({ kind: 'failed', because });
  if (!LOOPBACK.test(host)) {
    cancels.push(clock.after(0, () => failed(`${host} is not on this machine`)));
    return () => finish(undefined);
  }
  cancels.push(clock.after(timeoutMs, () => failed(`no answer within ${timeoutMs} ms`)));
  const headers = {
    Accept: 'text/plain;version=0.0.4',
    'User-Agent': 'hpa-lab',
    Connection: 'close',
  };
  try {
    const request = httpRequest({ host, port, path, headers, agent: false }, (answer) => {
      readText(answer, finish);
    });
    request.on('error', (error) => failed(error.message));
    request.end();
    cancels.push(() => request.destroy());
  } catch (error) {
    // a path that Node refuses
    const because = error instanceof Error ? error.message : String(error);
    cancels.push(clock.after(0, () => failed(because)));
  }
  return () => finish(undefined);
}

function readText(answer: IncomingMessage, finish: (result: ScrapeResult) => void): void {
  const { statusCode = 0 } = answer;
  if (statusCode !== 200) {
    finish({ kind: 'failed', because: `status ${statusCode}` });
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else finish({ kind: 'failed', because: `more than ${MAX_BODY_BYTES} bytes` });
  });
  answer.on('error', (error) => finish({ kind: 'failed', because: error.message }));
  answer.on('end', () => finish({ kind: 'text', text: Buffer.concat(chunks).toString('utf8') }));
}
