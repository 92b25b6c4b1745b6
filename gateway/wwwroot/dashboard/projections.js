// The projections: how far each is behind the log, and building one anew beside the one that is read.

import { explain } from '../common/api.js';
import { el, say, show } from '../common/dom.js';
import { duration } from '../common/format.js';
import { act, table, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'projections';
export const title = 'Projections';

const often = 1000;

export function open(view) {
  const body = el('div.stack');
  const message = el('div', { 'aria-live': 'polite' });
  const building = new Set();
  show(view, el('div.stack', null, el('h1', null, 'Projections'),
    el('p.soft', null, 'What is read instead of the log. Each can be built anew from it at any time: nothing is published, charged or mailed, and readers keep the old one until the new one is done.'), message, body));
  let timer = setTimeout(refresh, 0);
  return () => { clearTimeout(timer); timer = null; };

  async function refresh() {
    const answer = await admin('GET', 'projections');
    if (timer === null) return;
    timer = setTimeout(refresh, often);
    if (!answer.ok) return show(body, trouble(answer));
    for (const { name: known, rebuild } of answer.body.projections) {
      if (!rebuild && building.delete(known)) tell('good', `${known} was built anew.`);
      if (rebuild) building.add(known);
    }
    show(body, answer.body.trouble ? el('p.note.wait', null, `The log cannot be followed: ${answer.body.trouble}`) : null, el('div.card', null, table('Projections', ['Name', 'State', '#Position', '#Behind', '#Events/s', ''],
      answer.body.projections.map(one => el('tr', null,
        el('th', { scope: 'row' }, el('strong', null, one.name)),
        el('td', null, el(`span.badge.${one.error ? 'bad' : one.state === 'live' ? 'good' : 'wait'}`, null, one.state), one.error ? el('div.small', null, one.error) : null),
        el('td.number', null, (one.position ?? 0).toLocaleString()),
        el('td.number', null, one.lagEvents ? `${one.lagEvents.toLocaleString()} events, ${duration(one.lagSeconds)}` : 'nothing'),
        el('td.number', null, Math.round(one.eventsPerSecond ?? 0).toLocaleString()),
        el('td', null, one.rebuild ? progress(one) : act('Rebuild', () => rebuild(one.name), { id: `rebuild-${one.name}`, 'aria-label': `Rebuild ${one.name}` })))))));
  }

  async function rebuild(which) {
    const answer = await admin('POST', `projections/${which}/rebuild`);
    if (!answer.ok) return tell('bad', explain(answer));
    building.add(which);
    tell('wait', `${which} is being built anew.`);
  }

  function tell(mood, text) {
    show(message, el(`p.note.${mood}`, null, text));
    say(text);
  }
}

const progress = ({ name: of, rebuild }) => el('div.stack.tight', null,
  el('progress', { max: 100, value: rebuild.percent, 'aria-label': `Rebuild of ${of}` }), el('small.soft', null, `${Math.round(rebuild.percent)} %, ${Math.round(rebuild.eventsPerSecond).toLocaleString()} events/s`));
