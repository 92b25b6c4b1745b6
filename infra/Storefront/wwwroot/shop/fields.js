// Fields of forms: a labelled input with room for what is wrong with it, an address, and the test cards.

import { el } from '../common/dom.js';

/** What a payment provider's own form would hand over: tokens, and never a card number. */
export const cards = [
  { token: 'pm_card_visa', name: 'Approved', about: 'The bank says yes at once.' },
  { token: 'pm_card_visa_chargeDeclined', name: 'Declined', about: 'The bank says no. You can pay again with another card.' },
  { token: 'pm_card_riskLevelElevated', name: 'Under review', about: 'A person looks at the payment first.' },
  { token: 'pm_sandbox_slow', name: 'Slow', about: 'The bank takes its time: you can cancel meanwhile.' },
  { token: 'pm_card_visa_chargeDeclinedLostCard', name: 'Declined for good', about: 'Reported lost: you cannot pay again.' },
];

/** The name of a card by its token. */
export const cardName = token => cards.find(card => card.token === token)?.name ?? token;

/** A labelled input. `name` is the field's name in the request, by which the shop says what is wrong. */
export function field(name, label, attributes = {}) {
  const id = `field-${name.replaceAll('.', '-')}`;
  return el('div.field', null, el('label', { for: id }, label), el('input', { id, name, ...attributes }));
}

/** A select. */
export function choice(name, label, options, value) {
  const id = `field-${name.replaceAll('.', '-')}`;
  return el('div.field', null, el('label', { for: id }, label),
    el('select', { id, name }, options.map(([key, text]) => el('option', { value: key, selected: key === value }, text))));
}

/** An address under that name. */
export function addressFields(prefix, address = {}) {
  const part = (name, label, autocomplete, more) => field(`${prefix}${name}`, label, { value: address[name] ?? '', autocomplete, ...more });
  return el('div.fields', null,
    part('name', 'Name', 'shipping name', { required: true, maxlength: 200 }),
    part('line1', 'Street', 'shipping address-line1', { required: true, maxlength: 200 }),
    part('line2', 'Floor, flat (optional)', 'shipping address-line2', { maxlength: 200 }),
    part('postalCode', 'Postal code', 'shipping postal-code', { required: true, maxlength: 32 }),
    part('city', 'City', 'shipping address-level2', { required: true, maxlength: 200 }),
    choice(`${prefix}country`, 'Country', [['AT', 'Austria'], ['BE', 'Belgium'], ['CH', 'Switzerland'], ['DE', 'Germany'], ['FR', 'France'], ['GB', 'United Kingdom'], ['NL', 'Netherlands'], ['US', 'United States']], address.country ?? 'DE'));
}

/** The test cards as a choice. */
export function cardChoice(chosen = cards[0].token) {
  return el('fieldset', null, el('legend', null, 'Test card'),
    el('div.choices', null, cards.map(card => el('label.choice', null,
      el('input', { type: 'radio', name: 'payment.methodToken', value: card.token, checked: card.token === chosen, required: true }),
      el('span', null, card.name), el('small', null, card.about)))));
}

/** What a form holds, as an object: a name with dots is a member of a member. What is empty is left out. */
export function values(form) {
  const result = {};
  for (const [name, value] of new FormData(form)) {
    if (!value.trim()) continue;
    const path = name.split('.');
    const last = path.pop();
    path.reduce((node, step) => node[step] ??= {}, result)[last] = value.trim();
  }
  return result;
}

/** Shows at each field what the shop says is wrong with it; what belongs to no field is returned. */
export function showErrors(form, errors = {}, prefix = '') {
  for (const old of form.querySelectorAll('.error')) old.remove();
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  const rest = [];
  for (const [name, messages] of Object.entries(errors)) {
    const input = form.elements[prefix + name];
    if (!(input instanceof Element)) {
      rest.push(`${name}: ${messages.join(' ')}`);
      continue;
    }
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', `${input.id}-error`);
    input.after(el('span.error', { id: `${input.id}-error` }, messages.join(' ')));
  }
  form.querySelector('[aria-invalid]')?.focus();
  return rest;
}

/** Runs what a button starts, shows that it runs, and that it takes long. */
export async function busy(button, work) {
  if (button.getAttribute('aria-busy') === 'true') return;
  const text = button.textContent;
  button.setAttribute('aria-busy', 'true');
  const slow = setTimeout(() => { button.textContent = 'Still waiting for the shop…'; }, 4000);
  try {
    await work();
  } finally {
    clearTimeout(slow);
    button.removeAttribute('aria-busy');
    button.textContent = text;
  }
}
