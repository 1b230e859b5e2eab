/** The run's numbers, as they stand in the page. */

/**
 * What the page was made with.
 *
 * @typedef {import('../plot-section.js').PlotsData & {
 *   readonly decisions: readonly import('../decision-section.js').DecisionMark[],
 * }} PageData
 */

/**
 * One plot with its instants as they are: ms since the axis' origin.
 *
 * @typedef {import('../plot-data.js').PlotData & { readonly instants: number[] }} Plot
 */

/** @returns {PageData} what the page was made with. */
export function readPageData() {
  return JSON.parse(document.getElementById('run-data')?.textContent ?? '');
}

/**
 * @param {PageData['plots'][number]} plot - as it stands in the page.
 * @returns {Plot} with the distances between instants added up.
 */
export function withInstants(plot) {
  let ms = 0;
  return { ...plot, instants: plot.steps.map((step) => (ms += step)) };
}

/**
 * The row that holds at an instant: the last that begins at or before it.
 *
 * @param {readonly number[]} instants - rising.
 * @param {number} ms - same origin.
 * @returns {number} its index; -1 before the first.
 */
export function rowAt(instants, ms) {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
