// Orders found by what is known of them; one of them opens in its own view.

import { el, show } from '../common/dom.js';
import { money, mood, time, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { openOrder } from './order.js';
import { nothing, orderLink, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'orders';
export const title = 'Orders';

const pageSize = 50;
const statuses = ['created', 'payment-in-progress', 'payment-review', 'payment-failed', 'paid', 'preparing-shipment', 'shipment-prepared', 'shipped', 'cancelled'];
const sorts = [['-created', 'Newest first'], ['created', 'Oldest first'], ['-updated', 'Last changed first'], ['-total', 'Largest first']];

let asked = { q: '', status: '', sort: '-created', from: '' };

export function open(view, id) {
  if (/^[0-9a-f-]{36}$/i.test(id)) return openOrder(view, id);
  const body = el('div.stack');
  const pages = []; // the cursors of the pages before this one
  let cursor = '';
  let typed = 0;
  const q = el('input', { id: 'q', type: 'search', value: asked.q, placeholder: 'Name, e-mail, number, article…', oninput: () => { clearTimeout(typed); typed = setTimeout(() => ask({ q: q.value.trim() }), 250); } });
  const select = (key, label, options) => el('div.field', null, el('label', { for: `order-${key}` }, label),
    el('select', { id: `order-${key}`, onchange: event => ask({ [key]: event.target.value }) }, options.map(([value, text]) => el('option', { value, selected: value === asked[key] }, text))));
  show(view, el('div.stack', null, el('h1', null, 'Orders'),
    el('form.card.filters', { role: 'search', onsubmit: event => event.preventDefault() }, el('div.field', null, el('label', { for: 'q' }, 'Search'), q),
      select('status', 'Status', [['', 'All'], ...statuses.map(status => [status, words(status)])]), select('sort', 'Order', sorts),
      el('div.field', null, el('label', { for: 'order-from' }, 'From'), el('input', { id: 'order-from', type: 'date', value: asked.from, onchange: event => ask({ from: event.target.value }) }))),
    body));
  const end = whenThingsHappen(refresh);
  return () => { end(); clearTimeout(typed); };

  function ask(change) {
    asked = { ...asked, ...change };
    pages.length = 0;
    cursor = '';
    return refresh();
  }

  async function refresh() {
    const query = new URLSearchParams({ limit: pageSize, sort: asked.sort });
    for (const key of ['q', 'status', 'from']) if (asked[key]) query.set(key, asked[key]);
    if (cursor) query.set('cursor', cursor);
    const question = query.toString();
    const answer = await admin('GET', `orders?${question}`);
    if (!answer.ok) return show(body, trouble(answer, refresh));
    const { orders, next } = answer.body;
    show(body, orders.length ? el('div.card', null, table('Orders', ['Number', 'Status', 'Customer', '#Total', 'Placed'], orders.map(order => el('tr', null,
      el('th', { scope: 'row' }, orderLink(order.orderId, order.orderNumber)), el('td', null, el(`span.badge${mood(order.status) && `.${mood(order.status)}`}`, null, words(order.status))),
      el('td', null, order.customerName ?? 'erased', el('div.small.soft', null, order.email ?? '')), el('td.number', null, money(order.total, order.currency)), el('td.when', null, time(order.createdAt))))))
      : asked.q || asked.status || asked.from ? nothing('No such order', 'No order has all of that.') : nothing('No orders yet', 'Orders appear here as they are placed.'),
    pages.length || next ? el('div.row', null,
      el('button', { id: 'before', disabled: !pages.length, onclick: () => { cursor = pages.pop(); refresh(); } }, 'Page before'),
      el('button', { id: 'after', disabled: !next, onclick: () => { pages.push(cursor); cursor = next; refresh(); } }, 'Next page'), el('span.soft.small', null, `Page ${pages.length + 1}`)) : null);
  }
}
