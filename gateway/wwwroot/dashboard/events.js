// The log as it grows: what happens, to which order, by whom. Paused, it waits, and goes on where it stopped.

import { el, show } from '../common/dom.js';
import { clock } from '../common/format.js';
import { onEvent } from './feed.js';
import { orderLink, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'events';
export const title = 'Events';

const most = 300;

export function open(view) {
  let seen = [];
  let waiting = [];
  let isPaused = false;
  let due = 0;
  const list = el('ol.feed', { 'aria-label': 'Events, the newest first' });
  const count = el('span.soft.small', { role: 'status' });
  const filter = el('input', { id: 'filter', type: 'search', placeholder: 'payment, cancelled, an order’s id…', oninput: paint });
  const pause = el('button', { type: 'button', 'aria-pressed': 'false', onclick: toggle }, 'Pause');
  show(view, el('div.stack', null, el('h1', null, 'Events'),
    el('div.card.stack', null, el('div.row', null, el('label', { for: 'filter' }, 'Show'), el('div.grow', null, filter), pause, count), list)));
  const end = onEvent(event => {
    (isPaused ? waiting : seen).unshift(event);
    due ||= setTimeout(paint, 100);
  });
  begin();
  return () => { end(); clearTimeout(due); };

  async function begin() {
    const last = await admin('GET', 'projections');
    const answer = last.ok ? await admin('GET', `events?from=${Math.max(0, (last.body.lastPosition ?? 0) - 100)}&limit=100`) : last;
    if (!answer.ok) return show(list, trouble(answer, begin));
    const known = new Set(seen.map(event => event.position));
    seen.push(...answer.body.events.filter(event => !known.has(event.position)).reverse());
    paint();
  }

  function toggle() {
    isPaused = !isPaused;
    pause.textContent = isPaused ? 'Go on' : 'Pause';
    pause.setAttribute('aria-pressed', String(isPaused));
    if (!isPaused) {
      seen = [...waiting, ...seen];
      waiting = [];
    }
    paint();
  }

  function paint() {
    due = 0;
    seen = seen.slice(0, 2000);
    const words = filter.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const shown = seen.filter(event => !words.length || words.some(word => `${event.type} ${event.orderId} ${event.metadata.agent.kind}/${event.metadata.agent.id}`.toLowerCase().includes(word))).slice(0, most);
    count.textContent = isPaused ? `Paused: ${waiting.length} waiting` : `${shown.length} shown`;
    show(list, shown.length ? shown.map(event => el('li', null,
      el('time', { datetime: event.metadata.timeOccurred }, clock(event.metadata.timeOccurred)), orderLink(event.orderId),
      el('strong', null, event.type), el('span.soft.mono', null, `${event.metadata.agent.kind}/${event.metadata.agent.id}`)))
      : el('li.empty', null, words.length ? 'Nothing of that kind lately.' : 'Nothing has happened yet.'));
  }
}
