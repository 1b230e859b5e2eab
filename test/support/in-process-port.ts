/** The in-process API as what prepares and examines a cluster reaches one. */
import {
  type ApiAnswer,
  type ApiPort,
  ApiRefusal,
  type ApiRequest,
} from '../../src/cluster/api-port.js';
import type { InProcessApi } from './in-process-api.js';

/** Every request that was sent, with what it asked. */
export type SentRequests = ApiRequest[];

/**
 * A port to an in-process API.
 *
 * @param options - `sent` gets every request; `answer` answers instead of the API where it gives something (or throws).
 */
export function portTo(
  api: InProcessApi,
  options: {
    readonly sent?: SentRequests;
    readonly answer?: (request: ApiRequest) => unknown;
  } = {},
): ApiPort {
  const { clock } = api;
  return {
    server: 'https://in-process',
    call: async (request): Promise<ApiAnswer> => {
      options.sent?.push(request);
      const at = { sentAtMs: clock.now(), answeredAtMs: clock.now(), dateMs: clock.now() };
      const instead = options.answer?.(request);
      if (instead !== undefined) return { status: 200, body: instead, ...at };
      const { method = 'GET', path, query = {}, body, contentType } = request;
      const answer = api.send(method, path, {
        query: new URLSearchParams(query).toString(),
        ...(body === undefined ? {} : { body }),
        ...(contentType === undefined ? {} : { contentType }),
      });
      if (answer.status >= 400) throw new ApiRefusal(answer.status, answer.body);
      return { status: answer.status, body: answer.body, ...at };
    },
  };
}
