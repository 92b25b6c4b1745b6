// Approved orders on their way to the order management system: what has arrived, what has not and why, and once more.

import { explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { clock, duration, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { act, nothing, orderLink, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'deliveries';
export const title = 'Deliveries';
export const route = '/api/v1/admin/deliveries';

const often = 5000;

export function open(view) {
  const body = el('div.stack');
  const message = el('div', { 'aria-live': 'polite' });
  const state = el('select', { id: 'state', onchange: () => refresh() }, [['any', 'All'], ['pending', 'To be delivered'], ['delivered', 'Delivered']].map(([value, text]) => el('option', { value }, text)));
  show(view, el('div.stack', null, el('h1', null, 'Deliveries'),
    el('p.soft', null, 'Orders that were approved or revoked, as they are handed to the order management system. Once more is sent under the same key: it is taken once.'),
    el('div.row', null, el('label', { for: 'state' }, 'Show'), el('div', null, state)), message, body));
  const end = whenThingsHappen(refresh);
  const timer = setInterval(refresh, often);
  return () => { end(); clearInterval(timer); };

  async function refresh() {
    const answer = await admin('GET', `deliveries?state=${state.value}&limit=200`);
    if (!answer.ok) return show(body, trouble(answer, refresh));
    const { deliveries, pending, trouble: why } = answer.body;
    show(body, why ? el('p.note.wait', null, `Nothing is sent just now: ${why}`) : null, el('p.soft', null, `${pending.toLocaleString()} to be delivered`),
      deliveries.length ? el('div.card', null, table('Deliveries', ['#Sequence', 'Order', 'What', 'State', '#Tries', 'Last error', ''], deliveries.map(row)))
        : nothing('No deliveries', 'Orders appear here as they are approved.'));
  }

  function row(delivery) {
    const once = delivery.state === 'delivered' ? 'Send again' : 'Send now';
    return el('tr', null,
      el('th.number', { scope: 'row' }, String(delivery.sequence)), el('td', null, orderLink(delivery.orderId)), el('td', null, words(delivery.kind)),
      el('td', null, el(`span.badge.${delivery.state === 'delivered' ? 'good' : 'wait'}`, null, words(delivery.state)),
        el('div.small.soft', null, delivery.deliveredAt ? clock(delivery.deliveredAt) : delivery.nextAttemptAt ? `again in ${duration((Date.parse(delivery.nextAttemptAt) - Date.now()) / 1000)}` : '')),
      el('td.number', null, String(delivery.attempts)), el('td', null, delivery.lastError ?? ''),
      el('td', null, act(once, () => redeliver(delivery), { id: `redeliver-${delivery.id}`, 'aria-label': `${once}: ${delivery.sequence}` })));
  }

  async function redeliver({ id, sequence }) {
    const answer = await admin('POST', `deliveries/${id}/redeliver`);
    show(message, answer.ok ? el('p.note.good', null, `${sequence} is being sent.`) : el('p.note.bad', null, explain(answer)));
    await refresh();
  }
}
