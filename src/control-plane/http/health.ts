/** `/healthz`, `/livez` and `/readyz`. */
import { text } from './messages.js';
import type { ApiRequest, PlainResponse } from './messages.js';

/** The checks that each endpoint knows by name. The store is in this process: it stands for etcd. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: ['ping', 'etcd'],
  livez: ['ping', 'etcd'],
  readyz: ['ping'],
};

/** The answer to a health request; undefined for any other path. A server that answers is healthy. */
export function answerHealth({ path, query }: ApiRequest): PlainResponse | undefined {
  if (!path.startsWith('/healthz') && !path.startsWith('/livez') && !path.startsWith('/readyz')) {
    return undefined;
  }
  const [endpoint = '', check, ...rest] = path.split('/').slice(1);
  const checks = Object.hasOwn(CHECKS, endpoint) ? CHECKS[endpoint] : undefined;
  if (checks === undefined || rest.length > 0) return undefined;
  if (check !== undefined && check !== '') {
    return checks.includes(check) ? text(200, 'ok') : text(404, '404 page not found\n');
  }
  if (!query.has('verbose')) return text(200, 'ok');
  const excluded = query.getAll('exclude');
  const lines = checks.map((name) =>
    excluded.includes(name) ? `[+]${name} excluded: ok` : `[+]${name} ok`,
  );
  const unmatched = excluded.filter((name) => !checks.includes(name));
  const warning = unmatched.map(
    (name) => `warn: some health checks cannot be excluded: no matches for ${JSON.stringify(name)}`,
  );
  return text(200, [...lines, ...warning, `${endpoint} check passed\n`].join('\n'));
}
