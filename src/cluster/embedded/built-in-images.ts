/** Images that the lab brings along: its own sample service, run from this repository. */
import { fileURLToPath } from 'node:url';
import type { ImageMapping } from '../../experiment/experiment.js';

/**
 * The sample service's image mapped to its compiled code.
 *
 * @param packageRoot - folder of the repository as a URL that ends with a slash.
 */
export function builtInImages(packageRoot: URL): Readonly<Record<string, ImageMapping>> {
  const main = fileURLToPath(new URL('sample-service/dist/main.js', packageRoot));
  return {
    'hpa-lab/sample-service:0.1.0': {
      command: [process.execPath, main],
      env: { HOST: '$(POD_IP)', PORT: '$(PORT_8000)' },
    },
  };
}
