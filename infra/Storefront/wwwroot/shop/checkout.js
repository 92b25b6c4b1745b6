// The checkout. It posts to the shop's own server, which decides the prices and holds the key.

import { call, explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { cartCard } from './articles.js';
import { addressFields, busy, cardChoice, choice, field, showErrors, values } from './fields.js';
import { cart, orders } from './store.js';

const sample = { name: 'Ada Example', line1: '1 Example Street', postalCode: '10115', city: 'Berlin', country: 'DE' };

export function showCheckout(view, catalogue) {
  document.title = 'Checkout – Shop';
  const refusal = el('div', { role: 'alert' });
  const send = el('button.primary', { type: 'submit' }, 'Place the order');
  const form = el('form.stack', { novalidate: true },
    el('section.card.stack', { 'aria-labelledby': 'you' }, el('h2', { id: 'you' }, 'You'), el('div.fields', null,
      field('customer.name', 'Name', { value: sample.name, autocomplete: 'name', required: true }),
      field('customer.email', 'E-mail', { value: 'ada@example.org', type: 'email', autocomplete: 'email', required: true }),
      choice('customer.locale', 'Language of your mails', [['en', 'English'], ['de', 'Deutsch'], ['fr', 'Français']], 'en'))),
    el('section.card.stack', { 'aria-labelledby': 'where' }, el('h2', { id: 'where' }, 'Where it goes'), addressFields('shippingAddress.', sample)),
    el('section.card.stack', { 'aria-labelledby': 'how' }, el('h2', { id: 'how' }, 'How you pay'),
      el('p.soft.small', null, 'Nothing is charged: these cards belong to a sandbox. What each does is its name.'), cardChoice()),
    refusal, el('div.row', null, send, el('a', { href: '/shop' }, 'Back to the articles')));
  form.addEventListener('submit', event => {
    event.preventDefault();
    busy(send, () => place(form, refusal));
  });

  const aside = el('aside', { 'aria-label': 'Cart' });
  const paint = () => {
    dispatchEvent(new Event('cart'));
    if (cart.count()) show(aside, cartCard(catalogue, paint, null));
    else location.hash = '';
  };
  show(view, el('div.stack', null, el('h1', null, 'Checkout'), el('div.columns', null, form, aside)));
  paint();
}

async function place(form, refusal) {
  const body = JSON.stringify({ ...values(form), items: Object.entries(cart.items()).map(([sku, quantity]) => ({ sku, quantity })) });
  const answer = await call('POST', '/shop/api/orders', { headers: { 'Idempotency-Key': cart.checkoutKey(body) }, body });
  const rest = showErrors(form, answer.body?.errors);
  if (!answer.ok) {
    return show(refusal, el('div.note.bad', null,
      el('strong', null, 'The order was not placed.'),
      el('p', null, answer.body?.errors ? 'Please look at the fields above.' : explain(answer)),
      answer.status === 0 || answer.status === 503 ? el('p', null, 'Trying again is safe: it will not become two orders.') : null,
      rest.map(text => el('p', null, text))));
  }
  const { orderId, orderNumber, orderToken, createdAt, currency, totals } = answer.body;
  orders.add({ id: orderId, number: orderNumber, token: orderToken, placedAt: createdAt, currency, total: totals.total });
  cart.clear();
  location.assign(`/shop/orders/${orderId}`);
}
