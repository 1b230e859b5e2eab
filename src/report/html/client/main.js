/** Makes the page's pictures live: draws the plots and links all of them to one part of time. */
import { linkKeys, linkToolbar } from './controls.js';
import { addDecisionMarks, linkDecisionList } from './decision-marks.js';
import { LinePlot } from './line-plot.js';
import { readPageData, withInstants } from './page-data.js';
import { followTheme, Palette } from './palette.js';
import { linkPodRows } from './pod-rows.js';
import { View } from './view.js';

document.documentElement.classList.add('scripted');
const data = readPageData();
const view = new View(data.fromMs, data.toMs);
const palette = new Palette();
const context = { data, view, palette };
/** @type {LinePlot[]} */
const plots = [];
const places = data.plots.flatMap((each) => {
  const place = document.querySelector(`[data-plot="${each.id}"]`);
  return place instanceof HTMLElement ? [{ each, place, width: place.clientWidth }] : [];
});
for (const { each, place, width } of places) {
  const plot = new LinePlot(withInstants(each), { place, width }, context);
  plots.push(plot);
  linkKeys(plot, context);
  if (each.id === 'replicas') addDecisionMarks(plot, context);
}
view.onChange(() => {
  for (const plot of plots) plot.update();
});
linkToolbar(context);
linkDecisionList(context);
for (const pods of document.querySelectorAll('[data-pods]')) {
  if (pods instanceof HTMLElement) linkPodRows(pods, context);
}
followTheme(() => {
  palette.read();
  for (const plot of plots) plot.redraw();
});
view.showAll();
document.documentElement.dataset['ready'] = 'yes';
performance.mark('report-ready');
