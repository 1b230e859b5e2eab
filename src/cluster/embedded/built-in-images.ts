/** Images that the lab brings along: its own sample service, run from this repository. */
import { join } from 'node:path';
import type { ImageMapping } from '../../experiment/experiment.js';
import { packageRoot } from '../../process/package-root.js';

/** The sample service's image mapped to its compiled code. */
export function builtInImages(): Readonly<Record<string, ImageMapping>> {
  const main = join(packageRoot(), 'sample-service', 'dist', 'main.js');
  return {
    'hpa-lab/sample-service:0.1.0': {
      command: [process.execPath, main],
      env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)' },
    },
  };
}
