/** Streams answers to clients that may read slowly, or not at all. */
import type { ServerResponse } from 'node:http';
import type { StreamResponse, StreamSink } from '../../control-plane/http/messages.js';
import { warningHeader } from './warning-header.js';

/** What may wait for one reader; one that is further behind is cut off and has to watch again. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Sends a stream until it ends, the client leaves, or the client falls too far behind. */
export function openStream(response: ServerResponse, answer: StreamResponse): void {
  const warnings = warningHeader(answer.warnings);
  if (warnings.length > 0) response.setHeader('Warning', warnings);
  response.writeHead(answer.status, {
    'Content-Type': answer.contentType,
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();
  const sink: StreamSink = {
    write(text) {
      if (response.destroyed || response.writableEnded) return false;
      response.write(text);
      if (response.writableLength <= MAX_BUFFERED_BYTES) return true;
      response.destroy();
      return false;
    },
    end() {
      if (!response.writableEnded) response.end();
    },
  };
  const cancel = answer.open(sink);
  if (response.destroyed) cancel();
  else response.once('close', cancel);
}
