// What several parts show: an answer that is none, the services that are away, an order's link.

import { explain } from '../common/api.js';
import { el } from '../common/dom.js';

/** A part that cannot be shown, and a way to try again. */
export const trouble = (answer, again) => el('div.note.bad', { role: 'alert' }, el('strong', null, 'This cannot be shown at the moment.'), el('p', null, explain(answer)),
  again ? el('div.row', null, el('button', { onclick: again }, 'Try again')) : null);

/** What is missing because a service did not answer. */
export const missing = unavailable => unavailable?.length
  ? el('p.note.wait', null, `Not complete: ${unavailable.map(({ service, reason }) => `${service} (${reason})`).join(', ')}.`)
  : null;

/** Nothing to show, and why that is well. */
export const nothing = (title, text) => el('div.card.empty', null, el('strong', null, title), el('p', null, text));

export const orderLink = (id, text) => el('a.mono', { href: `#/orders/${id}` }, text ?? `…${id.slice(-8)}`);

/** A table in a box that scrolls when it must. `columns` are texts; one that begins with # holds numbers. */
export function table(label, columns, rows) {
  for (const row of rows) [...row.children].forEach((cell, i) => { cell.dataset.label = columns[i].replace('#', ''); });
  return el('div.scroll.fold', { tabindex: 0, role: 'group', 'aria-label': label }, el('table', null,
    el('thead', null, el('tr', null, columns.map(text => el(text.startsWith('#') ? 'th.number' : 'th', { scope: 'col' }, text.replace('#', '') || el('span.unseen', null, 'Actions'))))),
    el('tbody', null, rows)));
}

/** A button that works, shows that it does, and says what came of it. */
export function act(label, work, attributes = {}) {
  const button = el('button.small', {
    type: 'button', ...attributes, async onclick() {
      if (button.getAttribute('aria-busy') === 'true') return;
      button.setAttribute('aria-busy', 'true');
      await work();
      button.removeAttribute('aria-busy');
    },
  }, label);
  return button;
}
