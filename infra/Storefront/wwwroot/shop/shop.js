// The sample storefront: which view is shown, and the cart in the bar.

import { call, explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { showArticles } from './articles.js';
import { showCheckout } from './checkout.js';
import { showOrder } from './order.js';
import { showOrders } from './orders.js';
import { cart } from './store.js';

const view = document.getElementById('view');
const button = document.getElementById('cart');
let catalogue = null;

addEventListener('hashchange', route);
addEventListener('cart', count);
addEventListener('storage', count);
count();
route();

async function route() {
  const order = /^\/shop\/orders\/([0-9a-f-]{36})$/i.exec(location.pathname);
  if (order) return showOrder(view, order[1].toLowerCase());
  if (location.hash === '#orders') return here('/shop#orders', () => showOrders(view));
  if (location.hash !== '#view') await here(location.hash === '#checkout' ? '' : '/shop', open);
}

async function open() {
  if (!catalogue) {
    const answer = await call('GET', '/shop/api/catalogue');
    if (!answer.ok) {
      return show(view, el('div.note.bad', { role: 'alert' }, el('strong', null, 'The shop is closed for the moment.'), el('p', null, explain(answer)),
        el('div.row', null, el('button', { onclick: route }, 'Try again'))));
    }
    catalogue = answer.body;
  }
  (location.hash === '#checkout' && cart.count() ? showCheckout : showArticles)(view, catalogue);
}

async function here(path, render) {
  for (const link of document.querySelectorAll('.bar nav a')) {
    if (link.getAttribute('href') === path) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  scrollTo(0, 0);
  await render();
}

function count() {
  const items = cart.count();
  button.hidden = !items;
  button.textContent = `Cart: ${items}`;
}
