/** Images that the lab brings along, run from this repository: its sample service, and the lab itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LAB_IMAGE } from '../worker-image.js';
import type { ImageMapping } from '../../experiment/experiment.js';
import { packageRoot } from '../../process/package-root.js';

/** These images mapped to their compiled code. */
export function builtInImages(): Readonly<Record<string, ImageMapping>> {
  const main = join(packageRoot(), 'sample-service', 'dist', 'main.js');
  return {
    'hpa-lab/sample-service:0.1.0': {
      command: [process.execPath, main],
      env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)' },
    },
    [LAB_IMAGE]: {
      command: [process.execPath, commandLine()],
      env: {},
    },
  };
}

/** Of this very build where it stands beside it; tests run the sources, and a bundle is not whole. */
function commandLine(): string {
  const beside = fileURLToPath(new URL('../../cli.js', import.meta.url));
  return existsSync(beside) ? beside : join(packageRoot(), 'dist', 'cli.js');
}
