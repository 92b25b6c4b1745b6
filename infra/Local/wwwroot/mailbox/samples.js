// Every letter in every language, about an order that nobody placed.

import { call, explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { words } from '../common/format.js';
import { reader } from './reader.js';

export function showSamples(view) {
  document.title = 'Every letter – Mailbox – Shop';
  load();

  async function load() {
    const answer = await call('GET', '/mailbox/api/samples');
    if (!answer.ok) return show(view, el('div.note.bad', { role: 'alert' }, explain(answer), el('div.row', null, el('button', { onclick: load }, 'Try again'))));
    const { names, languages } = answer.body;
    const list = el('ul.letters.card', { 'aria-label': 'Letters' });
    const pane = el('div');
    const tongue = new Intl.DisplayNames(undefined, { type: 'language' });
    const select = el('select', { id: 'language', onchange: () => read(open) }, languages.map(language => el('option', { value: language }, tongue.of(language))));
    let open = names[0];
    show(view, el('h1.unseen', null, 'Every letter'), el('div.mails', null,
      el('div.stack', null, el('div.field', null, el('label', { for: 'language' }, 'Language'), select), list), pane));
    read(open);

    async function read(name) {
      open = name;
      show(list, names.map(known => el('li', null, el('button', { type: 'button', id: `letter-${known}`, 'aria-current': known === name ? 'true' : null, onclick: () => read(known) }, el('span', null, words(known))))));
      const path = `/mailbox/api/samples/${name}/${select.value}`;
      const letter = await call('GET', path);
      if (open !== name || !path.endsWith(select.value)) return;
      if (!letter.ok) return show(pane, el('div.note.bad', { role: 'alert' }, explain(letter)));
      show(pane, reader({ ...letter.body, html: `${path}/html`, facts: [['Language', tongue.of(select.value)]] }));
    }
  }
}
