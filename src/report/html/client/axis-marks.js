/** What lies behind the lines of every plot: the load's stages, and times in which nothing was observed. */

const STRIP_PX = 16;
const LABEL_INSET_PX = 5;

/**
 * Space above a plot for the names of stages, CSS pixels.
 *
 * @type {number}
 */
export const STAGE_STRIP_PX = STRIP_PX + 4;

/**
 * Draws stages and gaps behind the lines.
 *
 * @param {uPlot} plot - that is being drawn.
 * @param {import('./page-data.js').PageData} data - of the page.
 * @param {import('./palette.js').Palette} palette - of the page.
 */
export function drawBehind(plot, data, palette) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const stripTop = bbox.top - STAGE_STRIP_PX * ratio;
  for (const [index, stage] of data.stages.entries()) {
    const place = within(plot, stage);
    if (place === undefined) continue;
    if (index % 2 === 0) {
      ctx.fillStyle = palette.color('band');
      ctx.fillRect(place.left, stripTop, place.width, STRIP_PX * ratio);
    }
    const text = fitting(ctx, stage.name, place.width - 2 * LABEL_INSET_PX * ratio);
    ctx.fillStyle = palette.color('faint');
    ctx.fillText(text, place.left + LABEL_INSET_PX * ratio, stripTop + (STRIP_PX / 2) * ratio);
    if (place.isStartShown) drawLine(plot, place.left, palette.color('line'));
  }
  for (const gap of data.gaps) {
    const place = within(plot, gap);
    if (place !== undefined) hatch(plot, place, palette.color('faint'));
  }
  ctx.restore();
}

/**
 * @param {uPlot} plot - that is being drawn.
 * @param {{ readonly fromMs: number, readonly toMs: number }} band - a stretch of time.
 */
function within(plot, { fromMs, toMs }) {
  const { left, width } = plot.bbox;
  const from = plot.valToPos(fromMs, 'x', true);
  const to = plot.valToPos(toMs, 'x', true);
  const start = Math.max(from, left);
  const end = Math.min(to, left + width);
  return end <= start ? undefined : { left: start, width: end - start, isStartShown: from >= left };
}

/**
 * @param {CanvasRenderingContext2D} ctx - with its font set.
 * @param {string} text - to write.
 * @param {number} width - that there is.
 */
function fitting(ctx, text, width) {
  if (ctx.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length > 2; length--) {
    const cut = `${text.slice(0, length)}…`;
    if (ctx.measureText(cut).width <= width) return cut;
  }
  return '';
}

/**
 * @param {uPlot} plot - that is being drawn.
 * @param {number} x - where, canvas pixels.
 * @param {string} color - of the line.
 */
function drawLine({ ctx, bbox }, x, color) {
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top - STAGE_STRIP_PX * devicePixelRatio);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
}

/**
 * @param {uPlot} plot - that is being drawn.
 * @param {{ readonly left: number, readonly width: number }} place - canvas pixels.
 * @param {string} color - of the lines.
 */
function hatch({ ctx, bbox }, { left, width }, color) {
  const step = 7 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = left - bbox.height; x < left + width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}
