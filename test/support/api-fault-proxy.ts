/** An API server's bad days: a proxy before one that drops, delays, refuses and cuts what tests tell it to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { request, createServer } from 'node:https';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { parse, stringify } from 'yaml';
import { selfSignedCertificate } from '../../src/cluster/embedded/certificate.js';
import { isRecord, valueAt } from '../../src/core/json.js';

/** What happens to a request. */
export type ApiFault =
  /** The connection is closed with no answer. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answered by a `Status` of this code, here and not by the server. */
  | { readonly kind: 'status'; readonly code: number; readonly retryAfterS?: number }
  /** The answer is cut after so many bytes. */
  | { readonly kind: 'half'; readonly bytes: number }
  /** A watch is answered by an ERROR event: its version is too old. */
  | { readonly kind: 'gone' };

/** A fault and the requests it befalls. */
export interface FaultRule {
  /** Of the path with its query. */
  readonly path: RegExp;
  readonly fault: ApiFault;
  /** For how many requests; absent: for all, until `mend`. */
  readonly times?: number;
}

/** See the file's first line. */
export interface ApiFaultProxy {
  /** Carries the user's token, the address of the proxy and its certificate. */
  readonly kubeconfigPath: string;
  /** Paths with their queries, in the order in which they came. */
  readonly requests: readonly string[];
  /** Adds a rule; the first that fits is taken. */
  fault(rule: FaultRule): void;
  /** Removes all rules. */
  mend(): void;
  /** Cuts answers that are under way to requests that fit: watches, above all. Gives how many. */
  cut(path: RegExp): number;
  /** Closes the port and every connection, as an API server that stops. */
  down(): Promise<void>;
  /** Opens the same port again. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

interface Upstream {
  readonly url: URL;
  readonly ca: string;
}

/** Starts one before the server of a kubeconfig's first cluster; writes its own kubeconfig into `folder`. */
export async function startApiFaultProxy(
  kubeconfigPath: string,
  folder: string,
): Promise<ApiFaultProxy> {
  const config: unknown = parse(readFileSync(kubeconfigPath, 'utf8'));
  const cluster = valueAt(config, ['clusters', 0, 'cluster']);
  if (!isRecord(config) || !isRecord(cluster)) throw new Error('expected a kubeconfig');
  const upstream = {
    url: new URL(String(cluster['server'])),
    ca: Buffer.from(String(cluster['certificate-authority-data']), 'base64').toString(),
  };
  const { certPem, keyPem } = selfSignedCertificate(Date.now());
  const faults = new Faults(upstream);
  const server = createServer({ cert: certPem, key: keyPem }, faults.listener);
  server.on('upgrade', (asked, socket, head) => tunnel(upstream, { asked, socket, head }));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve());
    });
  await listen(0);
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  Object.assign(cluster, {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(certPem).toString('base64'),
  });
  const ownKubeconfig = join(folder, 'fault-proxy.kubeconfig');
  writeFileSync(ownKubeconfig, stringify(config), { mode: 0o600 });
  const down = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    kubeconfigPath: ownKubeconfig,
    requests: faults.requests,
    fault: (rule) => faults.add(rule),
    mend: () => faults.clear(),
    cut: (path) => faults.cut(path),
    down,
    up: () => listen(port),
    stop: down,
  };
}

/** What asks for another protocol is passed on as it is, until `down`. */
function tunnel(
  { url, ca }: Upstream,
  from: { readonly asked: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
): void {
  const { asked, socket, head } = from;
  const { rawHeaders } = asked;
  const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  const to = connect({ host: url.hostname, port: Number(url.port), ca }, () => {
    to.write(`${lines.join('\r\n')}\r\n\r\n`);
    to.write(head);
    socket.pipe(to).pipe(socket);
  });
  to.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('error', () => to.destroy()).on('close', () => to.destroy());
}

class Faults {
  readonly requests: string[] = [];
  readonly #upstream: Upstream;
  readonly #underWay = new Map<ServerResponse, string>();
  #rules: { readonly rule: FaultRule; left: number }[] = [];

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  readonly listener: RequestListener = (asked, answer) => {
    const path = asked.url ?? '/';
    this.requests.push(path);
    this.#underWay.set(answer, path);
    answer.on('close', () => this.#underWay.delete(answer));
    this.#befall(asked, answer, this.#faultOf(path));
  };

  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#rules = [];
  }

  cut(path: RegExp): number {
    const fitting = [...this.#underWay].filter(([, asked]) => path.test(asked));
    for (const [answer] of fitting) answer.socket?.destroy();
    return fitting.length;
  }

  #faultOf(path: string): ApiFault | undefined {
    const found = this.#rules.find(({ rule, left }) => left > 0 && rule.path.test(path));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.rule.fault;
  }

  #befall(asked: IncomingMessage, answer: ServerResponse, fault: ApiFault | undefined): void {
    switch (fault?.kind) {
      case undefined:
        return forward(asked, answer, { upstream: this.#upstream });
      case 'drop':
        asked.socket.destroy();
        return;
      case 'delay':
        setTimeout(() => forward(asked, answer, { upstream: this.#upstream }), fault.ms);
        return;
      case 'half':
        return forward(asked, answer, { upstream: this.#upstream, atMostBytes: fault.bytes });
      case 'status':
        if (fault.retryAfterS !== undefined) answer.setHeader('retry-after', fault.retryAfterS);
        answer.writeHead(fault.code, { 'content-type': 'application/json' });
        answer.end(JSON.stringify(statusOf(fault.code)));
        return;
      case 'gone':
        answer.writeHead(200, { 'content-type': 'application/json' });
        answer.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(410) })}\n`);
    }
  }
}

function forward(
  asked: IncomingMessage,
  answer: ServerResponse,
  { upstream, atMostBytes }: { readonly upstream: Upstream; readonly atMostBytes?: number },
): void {
  const { url, ca } = upstream;
  const passed = request(
    {
      host: url.hostname,
      port: url.port,
      ca,
      method: asked.method,
      path: asked.url,
      headers: { ...asked.headers, host: url.host },
    },
    (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      let left = atMostBytes ?? Number.POSITIVE_INFINITY;
      answered.on('data', (chunk: Buffer) => {
        answer.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) setImmediate(() => answer.socket?.destroy());
      });
      answered.on('end', () => answer.end()).on('error', () => answer.socket?.destroy());
    },
  );
  passed.on('error', () => answer.socket?.destroy());
  answer.on('close', () => passed.destroy());
  asked.pipe(passed);
}

function statusOf(code: number): unknown {
  const reasons: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    410: 'Expired',
    429: 'TooManyRequests',
    500: 'InternalError',
  };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `a test's fault: ${code}`,
    reason: reasons[code] ?? 'ServiceUnavailable',
    code,
  };
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
