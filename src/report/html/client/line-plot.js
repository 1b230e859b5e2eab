/** One plot: its lines as steps, the shared part of time, the shared cursor. */
import { drawBehind, STAGE_STRIP_PX } from './axis-marks.js';
import { rowAt } from './page-data.js';
import { clock, tickText, valueText } from './value-text.js';

/** Distances between ticks of the time axis, ms. */
const TIME_STEPS_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400,
].map((seconds) => seconds * 1_000);
const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
const Y_AXIS_PX = 58;
const WIDE_FROM_PX = 600;
const PRINT_WIDTH_PX = 660;

/**
 * What every plot of the page shares.
 *
 * @typedef {object} PlotContext
 * @property {import('./page-data.js').PageData} data
 * @property {import('./view.js').View} view
 * @property {import('./palette.js').Palette} palette
 */

/** A plot and what belongs to it on the page. */
export class LinePlot {
  /** @type {import('./page-data.js').Plot} */
  #plot;
  /** @type {PlotContext} */
  #context;
  /** @type {HTMLElement} */
  #place;
  /** @type {uPlot} */
  #drawn;
  /** @type {{ readonly fromMs: number, readonly toMs: number }} What is drawn now. */
  #shown = { fromMs: NaN, toMs: NaN };
  /** @type {readonly (readonly [HTMLElement, string])[]} Values of the legend, and what they say without a cursor. */
  #values;

  /**
   * @param {import('./page-data.js').Plot} plot - to draw.
   * @param {{ readonly place: HTMLElement, readonly width: number }} where - and how wide it is, CSS pixels:
   *   measured before anything is drawn, because each measuring after it lays the page out again.
   * @param {PlotContext} context - of the page.
   */
  constructor(plot, { place, width }, context) {
    this.#plot = plot;
    this.#place = place;
    this.#context = context;
    const figure = place.closest('figure') ?? place;
    this.#values = [...figure.querySelectorAll('[data-value]')].flatMap((element) =>
      element instanceof HTMLElement ? [[element, element.textContent]] : [],
    );
    const values = plot.lines.map((line) => [...line.values]);
    this.#drawn = new uPlot(this.#options(width), [plot.instants, ...values], place);
    this.#followPointer();
    // The place tells in words what the canvas shows.
    this.#drawn.ctx.canvas.setAttribute('aria-hidden', 'true');
    new ResizeObserver(() => this.resize(this.#place.clientWidth)).observe(place);
    addEventListener('beforeprint', () => this.resize(PRINT_WIDTH_PX));
    addEventListener('afterprint', () => this.resize(this.#place.clientWidth));
  }

  /** Over which marks may be laid, in its own CSS pixels. */
  get over() {
    return this.#drawn.over;
  }

  /** The element that takes the keyboard. */
  get place() {
    return this.#place;
  }

  /**
   * @param {number} ms - an instant.
   * @returns {number | undefined} where it lies in `over`; undefined when it is not shown.
   */
  leftOf(ms) {
    const { fromMs, toMs } = this.#context.view;
    if (ms < fromMs || ms > toMs) return undefined;
    // Not by uPlot's scale: that is of before until it has drawn.
    return ((ms - fromMs) / (toMs - fromMs)) * this.#widthPx;
  }

  /** Of the part under the lines, CSS pixels. */
  get #widthPx() {
    return this.#drawn.bbox.width / devicePixelRatio;
  }

  /** Follows the view: what part is shown, where the cursor is. */
  update() {
    const { view } = this.#context;
    if (view.fromMs !== this.#shown.fromMs || view.toMs !== this.#shown.toMs) {
      this.#shown = { fromMs: view.fromMs, toMs: view.toMs };
      this.#drawn.setScale('x', { min: view.fromMs, max: view.toMs });
    }
    const left = view.cursorMs === undefined ? undefined : this.leftOf(view.cursorMs);
    this.#drawn.setCursor({ left: left ?? -10, top: left === undefined ? -10 : 0 }, false);
    const texts = view.cursorMs === undefined ? [] : this.#textsAt(view.cursorMs);
    for (const [index, [element, atRest]] of this.#values.entries()) {
      element.textContent = texts[index] ?? atRest;
    }
  }

  /**
   * @param {number} ms - an instant.
   * @returns {string} all lines there, in words.
   */
  wordsAt(ms) {
    const texts = this.#textsAt(ms);
    const lines = this.#plot.lines.map(({ name }, index) => `${name} ${texts[index] ?? '–'}`);
    return `${clock(ms)}: ${lines.join(', ')}`;
  }

  /** Draws again in the colors of now. */
  redraw() {
    this.#drawn.redraw(false);
  }

  /** @param {number} width - CSS pixels. */
  resize(width) {
    const height = heightFor(width);
    if (width <= 0 || (width === this.#drawn.width && height === this.#drawn.height)) return;
    this.#drawn.setSize({ width, height });
    this.#shown = { fromMs: NaN, toMs: NaN };
    this.update();
  }

  /** @param {number} ms - an instant. */
  #textsAt(ms) {
    const row = rowAt(this.#plot.instants, ms);
    return this.#plot.lines.map(({ values }) => valueText(values[row], this.#plot));
  }

  /**
   * @param {number} width - CSS pixels.
   * @returns {uPlot.Options} how uPlot is to draw it.
   */
  #options(width) {
    const { view, data, palette } = this.#context;
    const plot = this.#plot;
    return {
      width,
      height: heightFor(width),
      padding: [STAGE_STRIP_PX, 26, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        // A double click shows the whole run: in all plots, not as uPlot would in this one alone.
        bind: { dblclick: () => () => (view.showAll(), null) },
      },
      scales: {
        x: { time: false, range: () => [view.fromMs, view.toMs] },
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- uPlot's enum is there only for types
        y: { distr: plot.isLog ? 3 : 1, range: rangeOf(plot) },
      },
      axes: axes(plot, palette),
      series: [{}, ...plot.lines.map((line) => series(line, palette))],
      hooks: {
        drawAxes: [(drawn) => drawBehind(drawn, data, palette)],
        setSelect: [(drawn) => this.#zoomToSelection(drawn)],
      },
    };
  }

  /** Lets the shared cursor follow the pointer; a finger leaves it where it last was. */
  #followPointer() {
    const { view } = this.#context;
    const { over } = this.#drawn;
    const point = (/** @type {PointerEvent} */ event) => {
      const share = (event.clientX - over.getBoundingClientRect().left) / this.#widthPx;
      view.point(view.fromMs + Math.min(Math.max(share, 0), 1) * (view.toMs - view.fromMs));
    };
    over.addEventListener('pointermove', point);
    over.addEventListener('pointerdown', point);
    over.addEventListener('pointerleave', ({ pointerType }) => {
      if (pointerType === 'mouse') view.point(undefined);
    });
  }

  /** @param {uPlot} drawn - in which a part was selected. */
  #zoomToSelection(drawn) {
    const { left, width } = drawn.select;
    if (width <= 0) return;
    const [fromMs, toMs] = [drawn.posToVal(left, 'x'), drawn.posToVal(left + width, 'x')];
    drawn.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#context.view.show(fromMs, toMs);
  }
}

/** @param {number} width - of a plot, CSS pixels. */
function heightFor(width) {
  return width < WIDE_FROM_PX ? 190 : 220;
}

/**
 * @param {import('./page-data.js').Plot} plot - to draw.
 * @returns {uPlot.Range.Function} from 0, so that a length that is drawn is a length that is meant; with
 *   room for the marks over the pods.
 */
function rangeOf({ isLog, unit }) {
  if (isLog) return logRange;
  const room = unit === 'pods' ? 1.25 : 1.08;
  return (_drawn, _low, high) => [0, high === null || high <= 0 ? 1 : high * room];
}

/**
 * @param {uPlot} _drawn - the plot.
 * @param {number | null} low - lowest value shown.
 * @param {number | null} high - highest value shown.
 * @returns {uPlot.Range.MinMax} a little more than the values.
 */
function logRange(_drawn, low, high) {
  return low === null || high === null ? [1, 10] : uPlot.rangeLog(low * 0.9, high * 1.1, 10, false);
}

/**
 * @param {import('./page-data.js').Plot} plot - to draw.
 * @param {import('./palette.js').Palette} palette - of the page.
 * @returns {uPlot.Axis[]} time below, values left.
 */
function axes(plot, palette) {
  const common = {
    stroke: () => palette.color('faint'),
    grid: { stroke: () => palette.color('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return [
    {
      ...common,
      grid: { show: false },
      size: 28,
      space: 56,
      incrs: TIME_STEPS_MS,
      values: (_drawn, splits) => splits.map((ms) => clock(ms)),
    },
    {
      ...common,
      size: Y_AXIS_PX,
      space: 30,
      ...(plot.unit === 'pods' ? { incrs: COUNT_STEPS } : {}),
      ...(plot.isLog ? { filter: (_drawn, splits) => splits.map(oneTwoFive) } : {}),
      values: (_drawn, splits) =>
        splits.map((value) => (value === null ? '' : tickText(value, plot))),
    },
  ];
}

/** @param {number} value - at a logarithmic axis; only 1, 2 and 5 times a power of ten are labeled. */
function oneTwoFive(value) {
  const digit = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
  return digit === 1 || digit === 2 || digit === 5 ? value : null;
}

/**
 * @param {import('./page-data.js').Plot['lines'][number]} line - to draw.
 * @param {import('./palette.js').Palette} palette - of the page.
 * @returns {uPlot.Series} a value holds until the next: a step, never a slope that was not seen.
 */
function series(line, palette) {
  const color = () => palette.color(line.color);
  return {
    label: line.name,
    stroke: color,
    width: line.color === 'had' ? 2 : 1.25,
    points: { show: false },
    ...(line.style === 'dashed' ? { dash: [5, 4] } : {}),
    ...(line.style === 'area' ? { fill: () => translucent(color()) } : {}),
    ...(uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: 1 }) }),
  };
}

/** @param {string} color - `rgb(r, g, b)`, as a computed style has it. */
function translucent(color) {
  return color.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.18)');
}
