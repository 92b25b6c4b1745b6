// How things are written: money, times, and the words for an order's states.

const monies = new Map();

/** Money in minor units. */
export function money(amount, currency) {
  if (!monies.has(currency)) monies.set(currency, new Intl.NumberFormat(undefined, { style: 'currency', currency }));
  const format = monies.get(currency);
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

const times = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clocks = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** A moment, with its date. */
export const time = text => text ? times.format(new Date(text)) : '';

/** A moment of today, without; of another day, with its date. */
export function clock(text) {
  const moment = new Date(text);
  return moment.toDateString() === new Date().toDateString() ? clocks.format(moment) : times.format(moment);
}

/** How long, in its largest unit: 12 s, 3 min, 2 h, 5 d. */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  return s < 90 ? `${s} s` : s < 5400 ? `${Math.round(s / 60)} min` : s < 129600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86400)} d`;
}

/** kebab-case as words: `payment-in-progress` is "Payment in progress". */
export function words(kebab) {
  const text = String(kebab ?? '').replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The colour in which an order's status is shown. */
export const mood = status => ({
  'paid': 'good', 'preparing-shipment': 'good', 'shipment-prepared': 'good', 'shipped': 'good',
  'payment-in-progress': 'wait', 'payment-review': 'wait', 'payment-failed': 'bad', 'cancelled': 'bad',
})[status] ?? '';
