/** Tells a Prometheus where the embedded cluster is: two files that it reads again by itself. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../core/errors.js';
import { makeFolders } from '../../process/make-folders.js';

/** What is told. */
export interface ExpositionTargets {
  /** `https://127.0.0.1:PORT` of the API server. */
  readonly url: string;
  readonly token: string;
  readonly nodeNames: readonly string[];
}

const TARGETS = 'targets.json';
const TOKEN = 'token';
const OWNER_ONLY = 0o600;

/**
 * Writes `targets.json` (for `file_sd_configs`) and `token` (for `credentials_file`) into a folder, which is made
 * where there is none. `manifests/prometheus/prometheus.yml` reads them.
 *
 * @returns what takes both back: no targets, no token.
 * @throws {LabError} `USAGE` when they cannot be written.
 */
export function writeTargets(folder: string, targets: ExpositionTargets): () => void {
  try {
    makeFolders(folder);
    place(join(folder, TOKEN), targets.token);
    place(join(folder, TARGETS), targetsText(targets));
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new LabError('USAGE', `--prometheus-targets ${folder}: cannot be written: ${because}`, {
      cause: error,
    });
  }
  return () => {
    rmSync(join(folder, TOKEN), { force: true });
    // a file that is gone is not looked at again; an empty list is
    place(join(folder, TARGETS), '[]\n');
  };
}

/** A reader finds the old or the new file, never half of one. */
function place(path: string, text: string): void {
  const partial = `${path}.partial`;
  writeFileSync(partial, text, { mode: OWNER_ONLY });
  renameSync(partial, path);
}

function targetsText({ url, nodeNames }: ExpositionTargets): string {
  const { host } = new URL(url);
  const target = (path: string, labels: Readonly<Record<string, string>>) => ({
    targets: [host],
    labels: { __metrics_path__: path, ...labels },
  });
  const targets = [
    ...nodeNames.map((node) =>
      target(`/api/v1/nodes/${encodeURIComponent(node)}/proxy/metrics/cadvisor`, {
        job: 'kubelet',
        metrics_path: '/metrics/cadvisor',
        node,
      }),
    ),
    target(
      '/api/v1/namespaces/kube-system/services/kube-state-metrics:http-metrics/proxy/metrics',
      {
        job: 'kube-state-metrics',
      },
    ),
  ];
  return `${JSON.stringify(targets, null, 2)}\n`;
}
