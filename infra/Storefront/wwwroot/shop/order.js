// One order, followed live. From here on the browser uses the public API itself, with the token that came with the order.

import { call, explain, withToken } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { money, mood, time, words } from '../common/format.js';
import { follow, liveSign } from '../common/stream.js';
import { actionBar } from './actions.js';
import { facts, history, situation, steps } from './progress.js';
import { orders } from './store.js';

export async function showOrder(view, id) {
  const known = orders.find(id);
  document.title = known ? `Order ${known.number} – Shop` : 'Order – Shop';
  if (!known) {
    return show(view, plain('This browser does not know that order', 'An order opens with the token that came with it, and the browser that placed it keeps the token. A real shop would ask you to sign in.'));
  }

  const path = `/api/v1/orders/${id}`;
  const headers = withToken(known.token);
  const first = await call('GET', path, { headers });
  if (!first.ok) return show(view, refusal(first.status, explain(first), () => showOrder(view, id)));

  let order = null;
  let told = null;
  const badge = el('span');
  const progress = el('div.stack');
  const bar = actionBar(id, known.token, changed);
  const details = el('section.card.stack', { 'aria-labelledby': 'details' });
  const past = el('section.card.stack', { 'aria-labelledby': 'past' });
  const sign = liveSign(document.getElementById('live'));
  document.getElementById('live').hidden = false;
  show(view, el('div.stack', null,
    el('div.row', null, el('h1', null, `Order ${first.body.orderNumber}`), badge),
    el('section.card.stack', { 'aria-label': 'Progress' }, progress, bar.element),
    el('div.columns', null, details, past)));
  changed(first.body);

  follow(`${path}/stream`, {
    headers,
    lastEventId: first.body.revision,
    onEvent: ({ event, data }) => event !== 'heartbeat' && changed(JSON.parse(data)),
    onState(state, status) {
      sign.set(state);
      if (state === 'refused') show(view, refusal(status, 'The shop no longer shows this order.', () => location.reload()));
    },
  });

  /** An older answer may arrive after a newer event. */
  function changed(next) {
    if (order && next.revision < order.revision) return;
    order = next;
    badge.className = `badge ${mood(order.status)}`;
    badge.textContent = words(order.status);
    show(progress, steps(order), el('p', { role: 'status' }, situation(order)));
    bar.update(order);
    show(details, el('h2', { id: 'details' }, 'What you ordered'), items(order), facts(order), el('p.soft.small', null, `Placed ${time(order.createdAt)}`));
    remember();
  }

  async function remember() {
    const { revision } = order;
    const answer = await call('GET', `${path}/timeline`, { headers });
    if (revision !== order.revision) return;
    show(past, el('h2', { id: 'past' }, 'What happened'), answer.ok ? history(answer.body.entries, order.currency, told) : el('p.soft', null, explain(answer)));
    if (answer.ok) told = answer.body.entries.at(-1)?.revision ?? null;
  }
}

const items = order => el('div.scroll', null, el('table', null,
  el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Article'), el('th.number', { scope: 'col' }, 'Quantity'), el('th.number', { scope: 'col' }, 'Price'))),
  el('tbody', null, order.items.map(item => el('tr', null,
    el('th', { scope: 'row' }, item.name), el('td.number', null, String(item.quantity)), el('td.number', null, money(item.unitPrice * item.quantity, order.currency)))),
  el('tr', null, el('th', { scope: 'row', colspan: 2 }, 'Shipping'), el('td.number', null, order.totals.shipping ? money(order.totals.shipping, order.currency) : 'free')),
  el('tr', null, el('th', { scope: 'row', colspan: 2 }, el('strong', null, 'Total')), el('td.number', null, el('strong', null, money(order.totals.total, order.currency)))))));

const plain = (title, text, ...more) => el('div.card.empty', null, el('h1', null, title), el('p', null, text), el('div.row', null, more, el('a.button', { href: '/shop' }, 'To the shop')));

function refusal(status, text, again) {
  if (status === 401) return plain('This order is closed to this browser', 'Its token has expired or is not accepted any more. A real shop would ask you to sign in.');
  if (status === 404) return plain('There is no such order', 'It may have been placed in another shop, or its data was deleted.');
  return plain('The order cannot be shown at the moment', `${text} Your order is safe.`, el('button.primary', { onclick: again }, 'Try again'));
}
