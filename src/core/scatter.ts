/** Values that scatter: how long things take in the model. */
import type { Random } from './random.js';

/** How a value scatters; all in the unit of what it stands for. */
export type Scatter =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** By its median and the standard deviation of its natural logarithm. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  /** Values seen, in ascending order and equally likely; between them it is linear. */
  | { readonly kind: 'empirical'; readonly values: readonly number[] };

/** The mean of what is drawn. */
export function meanOf(scatter: Scatter): number {
  switch (scatter.kind) {
    case 'constant':
      return scatter.value;
    case 'uniform':
      return (scatter.low + scatter.high) / 2;
    case 'exponential':
      return scatter.mean;
    case 'lognormal':
      return scatter.median * Math.exp(scatter.sigma ** 2 / 2);
    case 'empirical':
      return meanOfEmpirical(scatter.values);
    default:
      return scatter satisfies never;
  }
}

/** What draws values of a scatter; the same random stream draws the same values. */
export function drawOf(scatter: Scatter, random: Random): () => number {
  switch (scatter.kind) {
    case 'constant': {
      const { value } = scatter;
      return () => value;
    }
    case 'uniform': {
      const { low, high } = scatter;
      return () => low + (high - low) * random.next();
    }
    case 'exponential': {
      const { mean } = scatter;
      return () => -mean * Math.log(1 - random.next());
    }
    case 'lognormal': {
      const { median, sigma } = scatter;
      return () => median * Math.exp(sigma * normal(random));
    }
    case 'empirical': {
      const { values } = scatter;
      return () => between(values, random.next());
    }
    default:
      return scatter satisfies never;
  }
}

/** A standard normal value (Box and Muller); two numbers of the stream each time, so that streams stay in step. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

function between(values: readonly number[], share: number): number {
  const at = share * (values.length - 1);
  const index = Math.floor(at);
  const low = values[index] ?? 0;
  const high = values[index + 1] ?? low;
  return low + (high - low) * (at - index);
}

function meanOfEmpirical(values: readonly number[]): number {
  if (values.length < 2) return values[0] ?? 0;
  const inner = values.slice(1, -1).reduce((sum, value) => sum + value, 0);
  return (inner + ((values[0] ?? 0) + (values.at(-1) ?? 0)) / 2) / (values.length - 1);
}
