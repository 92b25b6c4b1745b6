// What a customer may do now: buttons that come and go as the order's allowedActions says. Whoever comes too late is told so in
// plain words: the shop decides, and the first one in the order's history wins.

import { call, explain, idempotencyKey, withToken } from '../common/api.js';
import { el, say, show } from '../common/dom.js';
import { addressFields, busy, cardChoice, cards, showErrors, values } from './fields.js';

const actions = {
  'update-payment': {
    label: 'Change the card', verb: ['PUT', 'payment'], send: 'Use this card', done: 'The card was changed.',
    fields: () => cardChoice(cards[0].token),
    body: form => values(form).payment,
  },
  'update-shipping-address': {
    label: 'Change the address', verb: ['PUT', 'shipping-address'], send: 'Use this address', done: 'The address was changed.',
    fields: order => addressFields('', order.shipping.address ?? {}),
    body: values,
  },
  'cancel': {
    label: 'Cancel the order', verb: ['POST', 'cancel'], send: 'Cancel this order', done: 'The order was cancelled.', danger: true,
    fields: order => el('p', null, order.payment.captured ? 'What you paid will be refunded.' : 'Nothing will be charged.'),
    body: () => ({}),
  },
};

/** The actions of one order; `changed(order)` is told of the shop's answer. `update(order)` shows what is allowed now. */
export function actionBar(id, token, changed) {
  const buttons = el('div.row', { role: 'group', 'aria-label': 'What you can do' });
  const panel = el('div', { 'aria-live': 'polite' });
  let order = null;
  let open = null;

  function update(next) {
    order = next;
    show(buttons, order.allowedActions.filter(name => actions[name]).map(name => el(actions[name].danger ? 'button.danger' : 'button',
      { id: `do-${name}`, type: 'button', 'aria-expanded': String(open === name), onclick: () => toggle(name) }, actions[name].label)));
    // The form of an action that is no longer possible would only lead into a refusal.
    if (open && !order.allowedActions.includes(open)) answer('wait', 'Too late for that.', `While the form was open, the order moved on: ${actions[open].label.toLowerCase()} is no longer possible.`);
  }

  function toggle(name) {
    open = open === name ? null : name;
    update(order);
    if (!open) return show(panel);
    const { fields, send, danger } = actions[name];
    const submit = el(danger ? 'button.danger' : 'button.primary', { type: 'submit' }, send);
    const form = el('form.stack', { novalidate: true }, el('hr'), fields(order), el('div.row', null, submit, el('button.quiet', { type: 'button', onclick: () => toggle(name) }, 'Leave it as it is')));
    const key = idempotencyKey();
    form.addEventListener('submit', event => {
      event.preventDefault();
      busy(submit, () => act(name, form, key));
    });
    show(panel, form);
    (form.querySelector('input:checked, input, select') ?? submit).focus();
  }

  async function act(name, form, key) {
    const { verb: [method, path], body, done } = actions[name];
    const reply = await call(method, `/api/v1/orders/${id}/${path}`, { headers: { ...withToken(token), 'Idempotency-Key': key }, body: body(form) });
    if (reply.ok) {
      answer('good', done);
      changed(reply.body);
    } else if (reply.body?.errors) {
      const rest = showErrors(form, reply.body.errors);
      if (rest.length) form.append(el('p.error', { role: 'alert' }, rest.join(' ')));
    } else if (reply.status === 409) {
      answer('wait', 'Too late, by a moment.', lost(reply.body));
    } else {
      form.querySelector('.note')?.remove();
      form.append(el('div.note.bad', { role: 'alert' }, el('strong', null, 'That did not work.'), el('p', null, explain(reply))));
    }
  }

  function answer(mood, title, text) {
    open = null;
    show(panel, el(`div.note.${mood}`, null, el('strong', null, title), text ? el('p', null, text) : null));
    say([title, text].filter(Boolean).join(' '));
    for (const button of buttons.children) button.setAttribute('aria-expanded', 'false');
  }

  return { element: el('div.stack', null, buttons, panel), update };
}

/** Why a change came too late. */
function lost({ code, blockingEvent, title }) {
  switch (code) {
    case 'shipping-address-locked': return 'The parcel is already being packed. It goes to the last address that was accepted.';
    case 'order-not-cancellable': return 'The parcel is already being packed, so the order can no longer be cancelled.';
    case 'order-already-cancelled': return 'The order has been cancelled already.';
    case 'order-cancelled': return 'The order has been cancelled meanwhile.';
    case 'attempts-exhausted': return 'All attempts to pay are used up.';
    case 'payment-update-not-allowed':
      return blockingEvent === 'payment-captured' ? 'The order has just been paid, with the card it had.'
        : blockingEvent === 'payment-auth-in-progress' ? 'The payment with the card it had has just begun. If it fails, you can choose another.'
          : 'The card can no longer be changed.';
    default: return title;
  }
}
