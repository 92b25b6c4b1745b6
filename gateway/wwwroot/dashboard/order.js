// One order as its events tell it: who did what when, what each event caused, which queue took it; and the order at any revision.

import { el, show } from '../common/dom.js';
import { money, mood, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { lanes } from './lanes.js';
import { trouble } from './parts.js';
import { admin } from './session.js';
import { timeTravel } from './timetravel.js';

export function openOrder(view, id) {
  const head = el('div.row', null, el('h1', null, 'Order'));
  const story = el('section.card.stack', { 'aria-labelledby': 'story' }, el('p.loading', null, 'Reading the order…'));
  const travel = timeTravel(id);
  show(view, el('div.stack', null, el('div', null, el('a', { href: '#/orders' }, 'All orders')), head, story, travel.element));
  let last = -1;
  return whenThingsHappen(refresh);

  async function refresh() {
    const answer = await admin('GET', `orders/${id}/events`);
    if (answer.status === 404) return show(view, el('div.card.empty', null, el('h1', null, 'There is no such order'), el('a', { href: '#/orders' }, 'All orders')));
    if (!answer.ok) return show(story, trouble(answer, refresh));
    const { events } = answer.body;
    if (events.at(-1).revision === last) return;
    last = events.at(-1).revision;
    const now = await admin('GET', `orders/${id}`);
    if (now.ok) {
      const { orderNumber, status, totals, currency } = now.body;
      show(head, el('h1', null, `Order ${orderNumber}`), el(`span.badge${mood(status) && `.${mood(status)}`}`, null, words(status)), el('span.soft', null, money(totals.total, currency)));
    }
    show(story, el('h2', { id: 'story' }, 'What happened'), await lanes(events));
    travel.upTo(last);
  }
}
