/** The lab's own metrics over HTTP on loopback, for a Prometheus to scrape. */
import { createServer, type Server } from 'node:http';
import { LabError } from '../core/errors.js';
import { EXPOSITION_TYPE, expositionText } from '../core/exposition-text.js';
import { runFamilies, type RunMetrics } from './run-metrics.js';

const LOOPBACK = '127.0.0.1';

/** Listens. */
export class MetricsEndpoint {
  readonly #server: Server;
  /** `http://127.0.0.1:PORT/metrics`. */
  readonly url: string;

  /**
   * Serves `/metrics`.
   *
   * @param port - 0 for any that is free.
   * @throws {LabError} `ADDRESS_IN_USE` when the port is taken.
   */
  static async open(metrics: RunMetrics, port: number): Promise<MetricsEndpoint> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname !== '/metrics') {
        response.writeHead(404, { 'Content-Type': 'text/plain' });
        response.end('expected /metrics\n');
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { Allow: 'GET, HEAD' });
        response.end();
      } else {
        response.writeHead(200, { 'Content-Type': EXPOSITION_TYPE });
        response.end(expositionText(runFamilies(metrics)));
      }
    });
    const bound = await listen(server, port);
    // what is left of a run does not keep its process
    server.unref();
    return new MetricsEndpoint(server, bound);
  }

  constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://${LOOPBACK}:${port}/metrics`;
  }

  /** Ends it and every connection to it. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `--metrics-port: expected port ${port} on ${LOOPBACK} to be free, got: ${cause.message}`;
      const hint = 'choose another port, or 0 for any that is free';
      reject(new LabError('ADDRESS_IN_USE', message, { hint, cause }));
    });
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
