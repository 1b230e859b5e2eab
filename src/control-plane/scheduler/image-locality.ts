/** The score for nodes that already have a pod's images. */
import type { Pod } from '../../core/objects.js';
import { isJsonObject, jsonObjects } from '../schema/json.js';
import type { NodeView } from './node-info.js';
import { MAX_SCORE } from './score-plugin.js';
import type { ScorePlugin } from './score-plugin.js';

const MEGABYTE = 1024 * 1024;
/** Below this it does not matter. */
const MIN_BYTES = 23 * MEGABYTE;
/** For each container, beyond this more does not matter. */
const MAX_CONTAINER_BYTES = 1_000 * MEGABYTE;

/** @see Source: kubernetes `plugins/imagelocality/image_locality.go`. */
export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  weight: 1,
  score(pod, nodes, cluster) {
    const present = cluster.nodes.map(imagesOf);
    if (present.every((images) => images.size === 0)) return undefined;
    const wanted = imagesWanted(pod);
    const maxBytes = MAX_CONTAINER_BYTES * wanted.length;
    const shares = new Map(
      wanted.map((name) => [
        name,
        present.filter((images) => images.has(name)).length / cluster.nodes.length,
      ]),
    );
    return nodes.map((view) => {
      const images = imagesOf(view);
      let bytes = 0;
      for (const name of wanted) {
        bytes += Math.trunc((images.get(name) ?? 0) * (shares.get(name) ?? 0));
      }
      const bounded = Math.min(Math.max(bytes, MIN_BYTES), maxBytes);
      return Math.trunc((MAX_SCORE * (bounded - MIN_BYTES)) / (maxBytes - MIN_BYTES));
    });
  },
};

/** Bytes by name. */
function imagesOf({ node }: NodeView): ReadonlyMap<string, number> {
  const images = new Map<string, number>();
  for (const image of jsonObjects(node.status?.['images'])) {
    const { names, sizeBytes } = image;
    if (!Array.isArray(names) || !isJsonObject(image)) continue;
    for (const name of names) {
      if (typeof name === 'string') images.set(name, Number(sizeBytes ?? 0));
    }
  }
  return images;
}

function imagesWanted({ spec }: Pod): readonly string[] {
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) =>
    normalizedName(image),
  );
}

/** A name without a tag means `latest`. */
function normalizedName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
