// What this browser remembers: the cart, and the orders placed here with their tokens. A real storefront keeps both with the
// customer's account; a token opens its one order only, so the sample may keep it here.

import { idempotencyKey } from '../common/api.js';

const read = (name, otherwise) => {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
};
const write = (name, value) => localStorage.setItem(name, JSON.stringify(value));

/** The cart: sku to quantity. */
export const cart = {
  items: () => read('cart', {}),
  count: () => Object.values(cart.items()).reduce((sum, quantity) => sum + quantity, 0),
  set(sku, quantity) {
    const items = cart.items();
    if (quantity > 0) items[sku] = quantity;
    else delete items[sku];
    write('cart', items);
    localStorage.removeItem('checkout');
  },
  /** One key for as long as this checkout is tried: pressed twice, or tried again after a lost answer, it is one order. */
  checkoutKey(body) {
    const known = read('checkout', null);
    if (known?.body === body) return known.key;
    const key = idempotencyKey();
    write('checkout', { key, body });
    return key;
  },
  clear() {
    localStorage.removeItem('cart');
    localStorage.removeItem('checkout');
  },
};

/** The orders placed from this browser, the newest first. */
export const orders = {
  all: () => read('orders', []),
  find: id => orders.all().find(order => order.id === id),
  add: order => write('orders', [order, ...orders.all().filter(known => known.id !== order.id)].slice(0, 50)),
};
