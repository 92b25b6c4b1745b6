// What an order's state means to its customer: four steps, one sentence, and the history.

import { el, webLink } from '../common/dom.js';
import { clock, money, words } from '../common/format.js';
import { cardName } from './fields.js';

const reached = { 'created': 1, 'payment-in-progress': 1, 'payment-review': 1, 'payment-failed': 1, 'paid': 2, 'preparing-shipment': 2, 'shipment-prepared': 3, 'shipped': 4 };

/** The four steps. A cancelled order ends where it was. */
export function steps(order) {
  const at = order.status === 'cancelled' ? (order.payment.captured ? 2 : 1) : reached[order.status];
  const broken = ['cancelled', 'payment-failed'].includes(order.status);
  const bad = order.status === 'cancelled' ? 'Cancelled' : 'Payment failed';
  return el('ol.steps', { 'aria-label': 'Progress' }, [['Ordered'], ['Paid', 'Paying'], ['Packed', 'Packing'], ['On its way', 'Waiting for the carrier']].map(([done, now], i) => {
    const state = i < at ? 'done' : i === at ? (broken ? 'bad' : 'now') : 'todo';
    return el('li', { 'data-state': state, 'aria-current': state === 'now' ? 'step' : null },
      { done, now, bad, todo: done }[state], el('span.unseen', null, { done: ': done', todo: ': not yet' }[state] ?? ''));
  }));
}

/** What is happening now, in one or two sentences. */
export function situation(order) {
  const { payment, allowedActions: may } = order;
  const amount = value => money(value, order.currency);
  switch (order.status) {
    case 'created': return 'We have your order. The payment begins in a moment.';
    case 'payment-in-progress': return 'Your bank is being asked. You can still cancel: what was taken meanwhile comes back.';
    case 'payment-review': return 'A person is looking at the payment. Nothing is charged until it is accepted.';
    case 'payment-failed':
      if (payment.nextAttemptDue) return 'Your new card is about to be tried.';
      return may.includes('update-payment')
        ? `The payment failed: ${failure(payment)}. Nothing was charged. Choose another card to pay again.`
        : `The payment failed: ${failure(payment)}. Nothing was charged, and it cannot be paid again. Please cancel this order and place a new one.`;
    case 'paid': return 'Paid. The warehouse is about to begin.';
    case 'preparing-shipment': return 'Your parcel is being packed. From here on the order can no longer be changed or cancelled.';
    case 'shipment-prepared': return 'Your parcel is packed and waits for the carrier.';
    case 'shipped': return `Your parcel is on its way${order.shipping.carrier ? ` with ${order.shipping.carrier}` : ''}.`;
    case 'cancelled':
      if (payment.captured > payment.refunded) return `Cancelled. ${amount(payment.captured - payment.refunded)} is on its way back to you.`;
      if (payment.captured) return `Cancelled. ${amount(payment.refunded)} has been refunded.`;
      return payment.status === 'in-progress' ? 'Cancelled. A payment is still under way: it will be released or refunded.' : 'Cancelled. Nothing was charged.';
    default: return words(order.status);
  }
}

/** The history that the shop shows to customers, the newest first. */
export function history(entries, currency, known) {
  return el('ol.history', { reversed: true }, entries.toReversed().map(entry => el(known !== null && entry.revision > known ? 'li.new' : 'li', null,
    el('time', { datetime: entry.occurredAt }, clock(entry.occurredAt)),
    el('span', null, told[entry.event] ?? words(entry.event)),
    about(entry, currency))));
}

/** The facts of payment and shipping. */
export function facts(order) {
  const { shipping, payment } = order;
  const address = shipping.address;
  const packages = shipping.packages ?? [];
  return el('dl.facts', null,
    el('dt', null, 'Ships to'),
    el('dd', null, address ? [address.name, address.line1, address.line2, `${address.postalCode} ${address.city}`, address.country].filter(Boolean).map(line => el('div', null, line)) : 'Erased'),
    el('dt', null, 'Card'), el('dd', null, cardName(payment.method.methodToken)),
    payment.attempts.length > 1 ? [el('dt', null, 'Attempts'), el('dd', null, String(payment.attempts.length))] : null,
    payment.captured ? [el('dt', null, 'Paid'), el('dd', null, money(payment.captured, order.currency))] : null,
    payment.refunded ? [el('dt', null, 'Refunded'), el('dd', null, money(payment.refunded, order.currency))] : null,
    packages.length ? [el('dt', null, 'Tracking'), el('dd', null, packages.map(parcel => el('div', null, track(parcel))))] : null);
}

const track = ({ trackingNumber, trackingUrl }) => {
  const href = webLink(trackingUrl);
  return href ? el('a', { href, rel: 'noreferrer', target: '_blank' }, trackingNumber) : trackingNumber;
};

const failure = payment => words(payment.attempts.at(-1)?.failureReason ?? 'declined').toLowerCase();

const about = ({ attempt, reason, amount, carrier }, currency) => {
  const text = [attempt > 1 && `attempt ${attempt}`, reason && words(reason).toLowerCase(), amount && money(amount, currency), carrier].filter(Boolean).join(', ');
  return text ? el('small', null, text) : null;
};

const told = {
  'order-created': 'Order placed',
  'payment-updated': 'Card changed',
  'shipping-address-updated': 'Address changed',
  'order-cancelled': 'Order cancelled',
  'payment-auth-in-progress': 'Payment begun',
  'payment-auth-pending-review': 'Payment held for review',
  'payment-review-accepted': 'Review: accepted',
  'payment-review-declined': 'Review: declined',
  'payment-captured': 'Paid',
  'payment-auth-failed': 'Payment failed',
  'payment-auth-voided': 'Payment released',
  'payment-refund-in-progress': 'Refund begun',
  'payment-refunded': 'Refunded',
  'shipping-preparation-in-progress': 'Packing begun',
  'shipping-prepared': 'Packed',
  'shipped': 'Handed to the carrier',
};
