// The order as it stood at any revision, and what lies between two of them.

import { el, show } from '../common/dom.js';
import { table, trouble } from './parts.js';
import { admin } from './session.js';

export function timeTravel(id) {
  let last = 0;
  let isAtEnd = true;
  const at = el('input', { id: 'at', type: 'range', min: 0, max: 0, value: 0, oninput: () => { isAtEnd = Number(at.value) === last; since.value = Math.max(0, at.value - 1); look(); } });
  const since = el('input', { id: 'since', type: 'range', min: 0, max: 0, value: 0, oninput: look });
  const [atText, sinceText] = [el('output', { for: 'at' }), el('output', { for: 'since' })];
  const state = el('div');
  const difference = el('div');
  let question = 0;
  const element = el('div.stack', null,
    el('section.card.stack', { 'aria-labelledby': 'then' }, el('h2', { id: 'then' }, 'At any revision'),
      el('div.fields', null,
        el('div.field', null, el('label', { for: 'at' }, 'The order at revision ', atText), at), el('div.field', null, el('label', { for: 'since' }, 'Compared with revision ', sinceText), since)),
      difference, el('details', null, el('summary', null, 'The whole order as JSON'), state)));

  return {
    element,
    upTo(revision) {
      last = revision;
      at.max = since.max = revision;
      if (isAtEnd) {
        at.value = revision;
        since.value = Math.max(0, revision - 1);
      }
      look();
    },
  };

  async function look() {
    const mine = ++question;
    atText.textContent = at.value;
    sinceText.textContent = since.value;
    const [from, to] = [Number(since.value), Number(at.value)].sort((a, b) => a - b);
    const [order, diff] = await Promise.all([admin('GET', `orders/${id}?revision=${at.value}`), from === to ? null : admin('GET', `orders/${id}/diff?from=${from}&to=${to}`)]);
    if (mine !== question) return;
    show(state, order.ok ? el('pre', { tabindex: 0, 'aria-label': `The order at revision ${at.value}` }, JSON.stringify(order.body, null, 2)) : trouble(order, look));
    show(difference, !diff ? el('p.soft', null, 'The two revisions are the same.') : !diff.ok ? trouble(diff, look)
      : table(`What differs between revision ${from} and ${to}`, ['Member', `Revision ${from}`, `Revision ${to}`], diff.body.changes.map(change => el('tr', null,
        el('th.mono', { scope: 'row' }, change.path), el('td.mono', null, text(change.from)), el('td.mono', null, text(change.to))))));
  }
}

const text = value => value === undefined || value === null ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value);
