// Messages that nobody could act on: look inside, hand back, delete.

import { explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { time, words } from '../common/format.js';
import { whenThingsHappen } from './feed.js';
import { act, missing, nothing, orderLink, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'dead-letters';
export const title = 'Dead letters';

const often = 5000;

export function open(view) {
  const body = el('div.stack');
  const message = el('div', { 'aria-live': 'polite' });
  const dialog = el('dialog', { 'aria-labelledby': 'letter' });
  show(view, el('div.stack', null, el('h1', null, 'Dead letters'),
    el('p.soft', null, 'Messages whose tries are spent, or that can never work. A replay keeps the message’s id, so what was done already is not done again.'), message, body, dialog));
  const end = whenThingsHappen(refresh);
  const clock = setInterval(refresh, often);
  return () => { end(); clearInterval(clock); };

  async function refresh() {
    const answer = await admin('GET', 'dead-letters?limit=200');
    if (!answer.ok) return show(body, trouble(answer, refresh));
    const { deadLetters, queues, unavailable } = answer.body;
    show(body, missing(unavailable),
      el('div.row', null, queues.map(({ queue, total }) => el('span.row', null, el(`span.badge${total ? '.bad' : '.good'}`, null, `${queue}: ${total}`),
        total ? act(`Replay all of ${queue}`, () => change('POST', `${queue}/replay`, result => `${result.count} handed back to ${queue}.`), { id: `all-${queue}` }) : null))),
      deadLetters.length ? el('div.card', null, table('Dead letters', ['Queue', 'Message', 'Order', 'Why', '#Tries', 'Since', ''], deadLetters.map(row)))
        : nothing('No dead letters', 'Every message that was taken has been acted on, or is being tried again.'));
  }

  function row(letter) {
    const path = `${letter.queue}/${encodeURIComponent(letter.id)}`;
    return el('tr', null,
      el('th', { scope: 'row' }, letter.queue), el('td', null, letter.type ?? 'unknown'), el('td', null, letter.orderId ? orderLink(letter.orderId) : '–'),
      el('td', null, words(letter.reason), el('div.small.soft', null, letter.message)), el('td.number', null, String(letter.attempts ?? '')), el('td.when', null, time(letter.at)),
      el('td', null, el('div.row', null,
        act('Inspect', () => inspect(path), { id: `inspect-${letter.id}` }),
        act('Replay', () => change('POST', `${path}/replay`, () => `Handed back to ${letter.queue}.`), { id: `replay-${letter.id}` }),
        act('Delete', () => confirmed(letter, path), { id: `delete-${letter.id}` }))));
  }

  async function inspect(path) {
    const answer = await admin('GET', `dead-letters/${path}`);
    if (!answer.ok) return tell('bad', explain(answer));
    const { body: text, stack, properties, ...facts } = answer.body;
    show(dialog, el('div.stack', null, el('h2', { id: 'letter' }, facts.type ?? 'Dead letter'),
      el('dl.facts', null, Object.entries(facts).map(([key, value]) => [el('dt', null, words(key)), el('dd', null, String(value))])),
      el('h3', null, 'Properties'), el('dl.facts.small', null, Object.entries(properties ?? {}).map(([key, value]) => [el('dt', null, key), el('dd', null, String(value))])),
      el('h3', null, 'Body'), el('pre', { tabindex: 0 }, pretty(text)), stack ? [el('h3', null, 'Stack'), el('pre', { tabindex: 0 }, stack)] : null,
      el('form.row', { method: 'dialog' }, el('button.primary', null, 'Close'))));
    dialog.showModal();
  }

  function confirmed(letter, path) {
    show(dialog, el('div.stack', null, el('h2', { id: 'letter' }, 'Delete this dead letter?'), el('p', null, `${letter.type ?? 'A message'} of the queue ${letter.queue}. It is gone for good, and what it asked for will not be done.`),
      el('div.row', null,
        el('button.danger', { onclick: () => { dialog.close(); change('DELETE', path, () => 'Deleted.'); } }, 'Delete it'), el('button', { onclick: () => dialog.close() }, 'Keep it'))));
    dialog.showModal();
  }

  async function change(method, path, done) {
    const answer = await admin(method, `dead-letters/${path}`);
    if (answer.ok) tell('good', done(answer.body));
    else tell(answer.status === 404 ? 'wait' : 'bad', answer.status === 404 ? 'Somebody else was faster: it is not there any more.' : explain(answer));
    await refresh();
  }

  function tell(mood, text) {
    show(message, el(`p.note.${mood}`, null, text));
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text ?? '';
  }
}
