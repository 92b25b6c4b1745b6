// The orders placed from this browser.

import { el, show } from '../common/dom.js';
import { money, time } from '../common/format.js';
import { orders } from './store.js';

export function showOrders(view) {
  document.title = 'Your orders – Shop';
  const all = orders.all();
  show(view, el('div.stack', null, el('h1', null, 'Your orders'), all.length ? list(all) : none()));
}

const list = all => el('div.card', null, el('div.scroll', null, el('table', null,
  el('thead', null, el('tr', null, ['Order', 'Placed', 'Total'].map((text, i) => el(i === 2 ? 'th.number' : 'th', { scope: 'col' }, text)))),
  el('tbody', null, all.map(order => el('tr', null,
    el('th', { scope: 'row' }, el('a', { href: `/shop/orders/${order.id}` }, order.number)),
    el('td', null, time(order.placedAt)),
    el('td.number', null, money(order.total, order.currency))))))));

const none = () => el('div.card.empty', null, el('strong', null, 'No orders yet'), el('p', null, 'What you order from this browser is listed here.'),
  el('a.button.primary', { href: '/shop' }, 'See the articles'));
