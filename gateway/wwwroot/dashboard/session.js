// The operator's key: asked once, kept for this tab, sent with every call.

import { call, explain, withKey } from '../common/api.js';
import { el, show } from '../common/dom.js';

const name = 'operator-key';
const probe = '/api/v1/admin/projections';

/** The headers of the operator; null when nobody has come yet. */
export const operator = () => sessionStorage.getItem(name) && withKey(sessionStorage.getItem(name));

/** Calls the back office. An answer that the key is not good any more ends the session. */
export async function admin(method, path, body, headers) {
  const answer = await call(method, `/api/v1/admin/${path}`, { headers: { ...operator(), ...headers }, body });
  if (answer.status === 401) leave('The key is not accepted any more. It may have expired or been withdrawn.');
  return answer;
}

/** Forgets the key, and says why. */
export function leave(why = '') {
  sessionStorage.removeItem(name);
  dispatchEvent(new CustomEvent('session', { detail: why }));
}

/** Asks for the key. */
export function askForKey(view, why, entered) {
  const input = el('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: 'false' });
  const refusal = el('div', { role: 'alert' }, why ? el('p.note.wait', null, why) : null);
  const button = el('button.primary', { type: 'submit' }, 'Enter');
  const form = el('form.card.stack.door', { onsubmit: enter }, el('h1', null, 'Operators'),
    el('div.field', null, el('label', { for: 'key' }, 'Operator key'), input, el('small.soft', null, 'Kept for this tab only. In the Development environment it is dev-operator.')),
    refusal, el('div.row', null, button));
  show(view, form);
  input.focus();

  async function enter(event) {
    event.preventDefault();
    button.setAttribute('aria-busy', 'true');
    const answer = await call('GET', probe, { headers: withKey(input.value.trim()) });
    button.removeAttribute('aria-busy');
    // Whoever has the key may come in while the back office is away: each page then says so.
    if (answer.status === 401 || answer.status === 403) {
      return show(refusal, el('p.note.bad', null, answer.status === 403 ? 'This key is good, but not an operator’s.' : 'This key is not known.'));
    }
    if (answer.status === 0) return show(refusal, el('p.note.bad', null, explain(answer)));
    sessionStorage.setItem(name, input.value.trim());
    entered();
  }
}
