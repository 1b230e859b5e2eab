/** `image`: builds the image of the sample service or of the lab and brings it to a cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { LAB_IMAGE } from '../cluster/worker-image.js';
import { LabError } from '../core/errors.js';
import { packageRoot } from '../process/package-root.js';
import {
  IMAGE_TOOLS,
  imageCommands,
  type ImageDestination,
  type ImageTool,
  localClusterOf,
} from '../run/image/plan-image.js';
import { isOnPath, runCommands } from '../run/image/run-commands.js';
import { stopOnSignals } from './stop-signals.js';

interface ImageFlags {
  readonly of: 'service' | 'lab';
  readonly context?: string;
  readonly push?: string;
  readonly tag?: string;
  readonly tool?: ImageTool;
  readonly dryRun?: boolean;
}

/** What each image is built of, and how the manifests name it. */
const IMAGES = {
  service: { dockerfile: 'sample-service/Dockerfile', tag: 'hpa-lab/sample-service:0.1.0' },
  lab: { dockerfile: 'Dockerfile', tag: LAB_IMAGE },
} as const;

/** Builds, loads or pushes, and says which flag uses it. */
export function imageCommand(): Command {
  return new Command('image')
    .description('build an image with docker, podman or nerdctl and bring it to a cluster')
    .addOption(
      new Option('--of <what>', 'the sample service, or the lab itself as load worker')
        .choices(Object.keys(IMAGES))
        .default('service'),
    )
    .option('--context <name>', 'load it into this cluster: kind-NAME, k3d-NAME or minikube')
    .option('--push <reference>', 'push it to a registry instead: registry.example.com/name:tag')
    .option('--tag <name:tag>', 'another name than that of the manifests')
    .addOption(
      new Option('--tool <name>', 'the first that is there by default').choices(IMAGE_TOOLS),
    )
    .option('--dry-run', 'print the commands and run none')
    .action(async (flags: ImageFlags) => {
      const scratch = mkdtempSync(join(tmpdir(), 'hpa-lab-image-'));
      const signals = stopOnSignals('stopping');
      try {
        await build(flags, { scratch, signal: signals.signal });
      } finally {
        signals.dispose();
        rmSync(scratch, { recursive: true, force: true });
      }
    });
}

async function build(
  flags: ImageFlags,
  { scratch, signal }: { readonly scratch: string; readonly signal: AbortSignal },
): Promise<void> {
  const { dockerfile, tag: usual } = IMAGES[flags.of];
  const tag = flags.tag ?? usual;
  const destination = destinationOf(flags);
  const tool = toolOf(flags);
  const archive = join(scratch, 'image.tar');
  const commands = imageCommands({ tool, dockerfile, tag, destination, archive });
  if (flags.dryRun === true) {
    process.stdout.write(`${commands.map((command) => `$ ${command.join(' ')}`).join('\n')}\n`);
    return;
  }
  refuseMissing(commands.map(([program]) => program));
  await runCommands(commands, { folder: packageRoot(), signal });
  const reference = destination.kind === 'registry' ? destination.reference : tag;
  const flag = flags.of === 'service' ? '--image' : '--sender-image';
  process.stdout.write(
    `\nuse it: npm run experiment <name> -- --context NAME ${flag} ${reference}\n`,
  );
}

function destinationOf({ context, push }: ImageFlags): ImageDestination {
  if (context !== undefined && push !== undefined) {
    throw new LabError('USAGE', 'expected --context or --push, got both', {
      hint: 'a cluster that pulls from a registry needs no loading',
    });
  }
  if (push !== undefined) return { kind: 'registry', reference: push };
  if (context === undefined) return { kind: 'none' };
  const local = localClusterOf(context);
  if (local !== undefined) return local;
  throw new LabError(
    'USAGE',
    `expected --context kind-NAME, k3d-NAME or minikube, got "${context}"`,
    {
      hint: 'any other cluster pulls from a registry: --push registry.example.com/name:tag',
    },
  );
}

function toolOf({ tool, dryRun }: ImageFlags): ImageTool {
  if (tool !== undefined) return tool;
  const found = IMAGE_TOOLS.find((each) => isOnPath(each, process.env['PATH'] ?? ''));
  if (found !== undefined) return found;
  if (dryRun === true) return 'docker';
  throw new LabError('CLUSTER_FAILED', `found none of ${IMAGE_TOOLS.join(', ')} on the PATH`, {
    hint: 'install one of them; the embedded cluster (--target embedded) needs no image',
  });
}

function refuseMissing(programs: readonly string[]): void {
  const missing = [...new Set(programs)].filter(
    (program) => !isOnPath(program, process.env['PATH'] ?? ''),
  );
  if (missing.length === 0) return;
  throw new LabError('CLUSTER_FAILED', `not on the PATH: ${missing.join(', ')}`, {
    hint: 'install what is missing, or push to a registry (--push) that the cluster pulls from',
  });
}
