// Payments that the provider holds until a person decides; the one that lapses first comes first.

import { explain, idempotencyKey } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { duration, money, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { act, nothing, orderLink, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'reviews';
export const title = 'Reviews';

const often = 10_000;

export function open(view) {
  const body = el('div.stack');
  const message = el('div', { 'aria-live': 'polite' });
  show(view, el('div.stack', null, el('h1', null, 'Reviews'), el('p.soft', null, 'Accepting captures the money and lets the order go on; declining gives the authorization back. What nobody decides lapses.'), message, body));
  const end = whenThingsHappen(refresh);
  const clock = setInterval(refresh, often);
  return () => { end(); clearInterval(clock); };

  async function refresh() {
    const answer = await admin('GET', 'reviews');
    if (!answer.ok) return show(body, trouble(answer, refresh));
    const { reviews, total } = answer.body;
    show(body, total > reviews.length ? el('p.soft', null, `${reviews.length} of ${total}`) : null,
      reviews.length ? el('div.card', null, table('Reviews', ['Order', '#Amount', 'Risk', 'Waiting', 'Lapses in', ''], reviews.map(review => el('tr', null,
        el('th', { scope: 'row' }, orderLink(review.orderId, review.orderNumber)), el('td.number', null, money(review.amount, review.currency)), el('td', null, words(review.riskLevel)),
        el('td', null, duration((Date.now() - Date.parse(review.since)) / 1000)), el('td', null, duration((Date.parse(review.captureBefore) - Date.now()) / 1000)),
        el('td', null, el('div.row', null,
          act('Accept', () => decide(review, 'accept'), { id: `accept-${review.orderId}`, 'aria-label': `Accept ${review.orderNumber}` }),
          act('Decline', () => decide(review, 'decline'), { id: `decline-${review.orderId}`, 'aria-label': `Decline ${review.orderNumber}` })))))))
        : nothing('Nothing to decide', 'No payment is held for review.'));
  }

  async function decide({ orderId, orderNumber }, decision) {
    const answer = await admin('POST', `reviews/${orderId}/${decision}`, {}, { 'Idempotency-Key': idempotencyKey() });
    show(message, answer.ok ? el('p.note.good', null, `${orderNumber}: ${decision === 'accept' ? 'accepted' : 'declined'}.`)
      : el('p.note.wait', null, answer.status === 409 ? `${orderNumber}: somebody was faster, or the order has moved on.` : explain(answer)));
    await refresh();
  }
}
