// Orders that should have moved and have not: what they wait for, and a push.

import { explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { duration, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { act, missing, nothing, orderLink, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'stuck';
export const title = 'Stuck orders';

const often = 5000;

export function open(view) {
  const body = el('div.stack');
  const message = el('div', { 'aria-live': 'polite' });
  show(view, el('div.stack', null, el('h1', null, 'Stuck orders'), el('p.soft', null, 'The longest stuck first. A nudge publishes the event that the order waits for once more, under the same id.'), message, body));
  const end = whenThingsHappen(refresh);
  const clock = setInterval(refresh, often);
  return () => { end(); clearInterval(clock); };

  async function refresh() {
    const answer = await admin('GET', 'stuck-orders?limit=200');
    if (!answer.ok) return show(body, trouble(answer, refresh));
    const { orders, total, unavailable } = answer.body;
    show(body, missing(unavailable), total > orders.length ? el('p.soft', null, `${orders.length} of ${total}`) : null,
      orders.length ? el('div.card', null, table('Stuck orders', ['Order', 'Waits for', 'Since', '#Nudges', 'Dead letters', ''], orders.map(order => el('tr', null,
        el('th', { scope: 'row' }, orderLink(order.orderId)), el('td', null, words(order.waitsFor)), el('td', null, duration((Date.now() - Date.parse(order.since)) / 1000)),
        el('td.number', null, String(order.nudges)), el('td', null, order.deadLetters.length ? el('a', { href: '#/dead-letters' }, String(order.deadLetters.length)) : 'none'),
        el('td', null, act('Nudge', () => nudge(order.orderId), { id: `nudge-${order.orderId}` }))))))
        : nothing('No order is stuck', 'Every order is where it should be, or on its way there.'));
  }

  async function nudge(id) {
    const answer = await admin('POST', `stuck-orders/${id}/nudge`);
    show(message, answer.ok ? el('p.note.good', null, `${answer.body.type} was published once more.`) : el('p.note.bad', null, explain(answer)));
    await refresh();
  }
}
