/** Buttons and keys by which the part of time that is shown is chosen. */
import { clock } from './value-text.js';

const ZOOM_IN = 0.5;
const ZOOM_OUT = 2;
const PAN = 0.25;

/**
 * Wires the toolbar of the plots.
 *
 * @param {import('./line-plot.js').PlotContext} context - of the page.
 */
export function linkToolbar({ data, view }) {
  /** @type {Readonly<Record<string, () => void>>} */
  const acts = {
    in: () => view.zoom(ZOOM_IN),
    out: () => view.zoom(ZOOM_OUT),
    earlier: () => view.pan(-PAN),
    later: () => view.pan(PAN),
    whole: () => view.showAll(),
  };
  for (const button of document.querySelectorAll('button[data-zoom]')) {
    const name = button.getAttribute('data-zoom') ?? '';
    button.addEventListener('click', () => acts[name]?.());
  }
  const select = document.querySelector('select[data-zoom]');
  if (select instanceof HTMLSelectElement) {
    select.addEventListener('change', () => {
      const stage = data.stages[Number(select.value)];
      if (select.value === '') view.showAll();
      else if (stage !== undefined) view.show(stage.fromMs, stage.toMs);
    });
  }
  const shown = document.querySelector('.shown-time');
  view.onChange(() => {
    if (shown !== null) shown.textContent = shownText(view);
    if (select instanceof HTMLSelectElement) select.value = stageShown(data, view);
  });
}

/** @param {import('./view.js').View} view - of the page. */
function shownText({ fromMs, toMs, cursorMs }) {
  const cursor = cursorMs === undefined ? '' : `, cursor at ${clock(cursorMs)}`;
  return `${clock(fromMs)} to ${clock(toMs)}${cursor}`;
}

/**
 * The option that says what is shown: a stage's index, '' for the whole run, `part` for anything else.
 *
 * @param {Pick<import('./page-data.js').PageData, 'stages'>} data - of the page.
 * @param {Pick<import('./view.js').View, 'fromMs' | 'toMs' | 'whole'>} view - of the page.
 */
export function stageShown({ stages }, { fromMs, toMs, whole }) {
  /** @param {{ readonly fromMs: number, readonly toMs: number }} part - of the run. */
  const isShown = (part) => Math.abs(part.fromMs - fromMs) < 1 && Math.abs(part.toMs - toMs) < 1;
  const index = stages.findIndex(isShown);
  if (index >= 0) return String(index);
  return isShown(whole) ? '' : 'part';
}

/**
 * Wires the keys of a plot; what the cursor shows is told to who cannot see it.
 *
 * @param {import('./line-plot.js').LinePlot} plot - that has the focus.
 * @param {import('./line-plot.js').PlotContext} context - of the page.
 */
export function linkKeys(plot, { view }) {
  const told = document.getElementById('cursor-text');
  plot.place.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!act(view, event)) return;
    event.preventDefault();
    if (told !== null && view.cursorMs !== undefined)
      told.textContent = plot.wordsAt(view.cursorMs);
  });
}

/**
 * @param {import('./view.js').View} view - of the page.
 * @param {KeyboardEvent} event - on a plot.
 * @returns {boolean} whether the key means something here.
 */
function act(view, { key, shiftKey }) {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const direction = key === 'ArrowLeft' ? -1 : 1;
    if (shiftKey) view.pan(direction * PAN);
    else view.movePointer(direction);
  } else if (key === '+' || key === '=') view.zoom(ZOOM_IN);
  else if (key === '-' || key === '_') view.zoom(ZOOM_OUT);
  else if (key === 'Home') view.point(view.fromMs);
  else if (key === 'End') view.point(view.toMs);
  else if (key === 'Escape') {
    view.point(undefined);
    view.showAll();
  } else return false;
  return true;
}
