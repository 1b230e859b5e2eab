/** Instants and values in words, as the rest of the report writes them. */

/**
 * @param {number} ms - since the axis' origin.
 * @returns {string} `1:05`, `-0:10`, `1:02:03`.
 */
export function clock(ms) {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const sign = ms < 0 && seconds > 0 ? '-' : '';
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours > 0
    ? `${sign}${hours}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`
    : `${sign}${minutes}:${twoDigits(seconds % 60)}`;
}

/** @param {number} value - of minutes or seconds. */
function twoDigits(value) {
  return String(value).padStart(2, '0');
}

/**
 * @param {number | null | undefined} value - of a plot; `null`: a gap.
 * @param {{ readonly unit: string, readonly currency: string }} plot - how it is counted.
 * @returns {string} the value with its unit; a dash for a gap.
 */
export function valueText(value, { unit, currency }) {
  if (value === null || value === undefined) return '–';
  if (unit === 'ms') return timeText(value);
  if (unit === 'percent') return `${number(value, 0)} %`;
  if (unit === 'perSecond') return `${number(value, value < 10 ? 1 : 0)}/s`;
  if (unit === 'currencyPerHour') return `${money(value)} ${currency}`;
  return number(value, unit === 'number' ? 2 : 0);
}

/**
 * @param {number} value - at an axis.
 * @param {{ readonly unit: string }} plot - how it is counted.
 * @returns {string} as short as it can be told.
 */
export function tickText(value, { unit }) {
  if (unit === 'ms')
    return value >= 1_000 ? `${number(value / 1_000, 2)} s` : `${number(value, 1)} ms`;
  if (unit === 'percent') return `${number(value, 1)} %`;
  return number(value, unit === 'currencyPerHour' ? 4 : 2);
}

/** @param {number} ms - a response time. */
function timeText(ms) {
  if (ms === 0) return '0ms';
  if (ms < 10) return `${ms.toFixed(1)}ms`;
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)}s`;
}

/** @param {number} amount - of money. */
function money(amount) {
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(6, 1 - Math.floor(Math.log10(amount)));
  return amount.toFixed(digits);
}

/**
 * @param {number} value - any.
 * @param {number} digits - decimals at most.
 */
function number(value, digits) {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
