/** In which order trials are run, and the seed of each. */
import { type Random, seededRandom } from '../core/random.js';
import type { MatrixTrial } from './matrix-index.js';

const SEEDS = 2 ** 32;

/**
 * Trials not yet run: all variants once in random order, then all again in another, and so on, so that
 * whatever changes meanwhile (a machine that gets warm) touches all variants alike.
 *
 * A trial's seed depends on the experiment's, on its variant's name and on its number alone.
 */
export function plannedTrials(
  variants: readonly string[],
  { trials, seed }: { readonly trials: number; readonly seed: number },
): readonly (MatrixTrial & { readonly seed: number })[] {
  const random = seededRandom(seed).child('matrix');
  const order = random.child('order');
  return Array.from({ length: trials }, (_, index) => index + 1).flatMap((trial) =>
    shuffled(variants, order).map((variant) => ({
      variant,
      trial,
      seed: random.child(`${trial}/${variant}`).below(SEEDS),
      outcome: 'pending' as const,
    })),
  );
}

/** Fisher and Yates. */
function shuffled(items: readonly string[], random: Random): readonly string[] {
  const keyed = [...items];
  for (let last = keyed.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const [a, b] = [keyed[last], keyed[other]];
    if (a === undefined || b === undefined) continue;
    keyed[last] = b;
    keyed[other] = a;
  }
  return keyed;
}

/** Names of folders for variants: letters, digits, `.`, `=` and `-`, each once. */
export function folderNames(variants: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const variant of variants) {
    const plain = variant.replaceAll(/[^A-Za-z0-9.=]+/g, '-').replaceAll(/^[-.]+|-+$/g, '');
    const short = plain.slice(0, LONGEST_FOLDER) || 'variant';
    let name = short;
    // some file systems do not tell upper from lower case
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${short}-v${count}`;
    taken.add(name.toLowerCase());
    names.set(variant, name);
  }
  return names;
}

const LONGEST_FOLDER = 80;
