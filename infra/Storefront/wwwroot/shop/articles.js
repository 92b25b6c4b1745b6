// What is for sale, and the cart beside it.

import { el, say, show } from '../common/dom.js';
import { money } from '../common/format.js';
import { picture } from './pictures.js';
import { cart } from './store.js';

export function showArticles(view, catalogue) {
  document.title = 'Shop';
  const aside = el('aside', { 'aria-label': 'Cart' });
  const paint = () => {
    show(aside, cartCard(catalogue, paint, el('a.button.primary', { href: '/shop#checkout' }, 'Go to checkout')));
    dispatchEvent(new Event('cart'));
  };
  show(view, el('div.columns', null,
    el('section.stack', { 'aria-label': 'Articles' }, el('h1', null, 'Tea, and what it takes'), el('div.articles', null, catalogue.articles.map(article => card(article, catalogue, paint)))),
    aside));
  paint();
}

function card(article, catalogue, paint) {
  const add = () => {
    cart.set(article.sku, Math.min(catalogue.mostOfEach, (cart.items()[article.sku] ?? 0) + 1));
    say(`${article.name} is in the cart.`);
    paint();
  };
  return el('article.card.article', null,
    el('div.picture', null, picture(article.picture)),
    el('div.about.stack.tight', null, el('h2', null, article.name), el('p.soft.small', null, article.description)),
    el('div.buy', null, el('span.price', null, money(article.unitPrice, catalogue.currency)), el('button', { onclick: add, 'aria-label': `Add ${article.name} to the cart` }, 'Add')));
}

/** The cart as a card; `paint` is called after a change, `end` stands below the sum. */
export function cartCard(catalogue, paint, end) {
  const lines = catalogue.articles.filter(article => cart.items()[article.sku]).map(article => ({ ...article, quantity: cart.items()[article.sku] }));
  if (!lines.length) {
    return el('div.card.empty', null, el('strong', null, 'Your cart is empty'), el('p.small', null, 'Add an article to begin.'));
  }
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
  const shipping = subtotal >= catalogue.freeShippingFrom ? 0 : catalogue.shippingCost;
  const amount = value => money(value, catalogue.currency);
  return el('div.card.stack.cart', null, el('h2', null, 'Cart'),
    el('ul.plain.stack', null, lines.map(line => el('li.line', null,
      el('strong', null, line.name), el('span.number', null, amount(line.quantity * line.unitPrice)),
      el('small.soft', null, `${amount(line.unitPrice)} each`), quantity(line, catalogue, paint)))),
    el('dl.sum', null,
      el('dt.soft', null, 'Subtotal'), el('dd', null, amount(subtotal)),
      el('dt.soft', null, 'Shipping'), el('dd', null, shipping ? amount(shipping) : 'free'),
      el('dt.total', null, 'Total'), el('dd.total', null, amount(subtotal + shipping))),
    shipping ? el('p.small.soft', null, `Free shipping from ${amount(catalogue.freeShippingFrom)}.`) : null,
    end);
}

function quantity(line, catalogue, paint) {
  const set = (next, what) => () => {
    cart.set(line.sku, next);
    say(`${line.name}: ${next || 'removed'}`);
    paint();
    document.getElementById(`${what}-${line.sku}`)?.focus();
  };
  return el('span.amount', null,
    el('button', { id: `less-${line.sku}`, onclick: set(line.quantity - 1, 'less'), 'aria-label': `One ${line.name} less` }, '−'),
    el('span', null, String(line.quantity)),
    el('button', { id: `more-${line.sku}`, onclick: set(line.quantity + 1, 'more'), disabled: line.quantity >= catalogue.mostOfEach, 'aria-label': `One ${line.name} more` }, '+'));
}
