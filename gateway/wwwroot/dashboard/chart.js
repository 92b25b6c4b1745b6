// A chart of fifteen minutes as SVG: axes, units, and the same in words for who cannot see it.

import { draw, el } from '../common/dom.js';

const [width, height, left, bottom, top] = [360, 150, 44, 24, 10];

/** `points` are { at, value }, the oldest first; a value of null is a gap. */
export function chart(title, unit, points) {
  const values = points.map(point => point.value).filter(value => value !== null);
  const most = nice(Math.max(...values, 0));
  const x = i => left + (i + .5) * (width - left - 6) / points.length;
  const y = value => height - bottom - value / most * (height - bottom - top);
  const bar = (width - left - 6) / points.length - 4;
  const latest = values.at(-1);
  const told = values.some(value => value > 0) ? `${title}, ${unit}: at most ${number(Math.max(...values))}, lately ${number(latest)}.` : `${title}: nothing in the last quarter of an hour.`;
  return el('figure.card.stack.tight', null, el('figcaption', null, el('strong', null, title), el('span.soft.small', null, ` ${unit}`)),
    draw('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': told },
      [0, most / 2, most].map(value => draw('g', null,
        draw('line.grid', { x1: left, x2: width, y1: y(value), y2: y(value) }),
        draw('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, number(value)))),
      points.map(({ value }, i) => value ? draw('rect.mark', { x: x(i) - bar / 2, y: y(value), width: bar, height: Math.max(1, height - bottom - y(value)), rx: 2 }) : null),
      [0, Math.floor(points.length / 2), points.length - 1].map(i => draw('text', { x: x(i), y: height - 6, 'text-anchor': i ? i === points.length - 1 ? 'end' : 'middle' : 'start' },
        i === points.length - 1 ? 'now' : `−${points.length - 1 - i} min`)),
      values.some(value => value > 0) ? null : draw('text.none', { x: (left + width) / 2, y: height / 2 - 24, 'text-anchor': 'middle' }, 'nothing in this time')));
}

const number = value => value >= 10 || Number.isInteger(value) ? Math.round(value).toLocaleString() : value.toFixed(value < 1 ? 2 : 1);

/** The next of 1, 2, 5, 10, 20, … */
function nice(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= value);
}
