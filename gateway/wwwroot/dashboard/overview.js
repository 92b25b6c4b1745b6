// How the shop is doing: the last quarter of an hour from the log itself, and what waits for a person.

import { el, show } from '../common/dom.js';
import { words } from '../common/format.js';
import { chart } from './chart.js';
import { onEvent, whenThingsHappen } from './feed.js';
import { missing, trouble } from './parts.js';
import { admin } from './session.js';

export const name = 'overview';
export const title = 'Overview';

const span = 15;
const minute = 60_000;

export function open(view) {
  const tiles = el('div.tiles');
  const gaps = el('div');
  const charts = el('div.charts');
  const funnel = el('section.card.stack', { 'aria-labelledby': 'day' });
  show(view, el('div.stack', null, el('h1', null, 'Overview'), tiles, gaps, charts, funnel));

  const quarter = new Quarter();
  let ready = false;
  const ends = [onEvent(event => quarter.add(event)), whenThingsHappen(counts)];
  const clock = setInterval(draw, 2000);
  begin();
  return () => { ends.forEach(end => end()); clearInterval(clock); };

  async function begin() {
    const from = new Date(Date.now() - span * minute).toISOString();
    for (let after = 0, pages = 0; after !== null && pages < 20; pages++) {
      const answer = await admin('GET', `journal?from=${from}&after=${after}&limit=1000`);
      if (!answer.ok) break;
      for (const { entityId, eventType, timeObserved, position } of answer.body.entries) quarter.add({ orderId: entityId, type: eventType.split('/')[0], position, metadata: { timeObserved } });
      after = answer.body.next ?? null;
    }
    ready = true;
    draw();
  }

  function draw() {
    if (!ready) return;
    const { placed, events, latency } = quarter.minutes();
    show(charts,
      chart('Orders placed', 'per minute', placed), chart('Events recorded', 'per minute', events), chart('Order to payment', 'seconds, median', latency));
  }

  async function counts() {
    const [letters, stuck, projections, day] = await Promise.all([admin('GET', 'dead-letters?limit=1'), admin('GET', 'stuck-orders?limit=1'), admin('GET', 'projections'), admin('GET', 'statistics')]);
    if (!letters.ok && !stuck.ok && !projections.ok) return show(gaps, trouble(letters, counts));
    const dead = letters.ok ? letters.body.queues.reduce((sum, queue) => sum + queue.total, 0) : null;
    const lag = projections.ok ? Math.max(0, ...projections.body.projections.map(one => one.lagSeconds ?? 0)) : null;
    show(tiles,
      tile('Dead letters', dead, '#/dead-letters', dead > 0), tile('Stuck orders', stuck.ok ? stuck.body.total : null, '#/stuck', stuck.body?.total > 0),
      tile('Events recorded', projections.ok ? projections.body.lastPosition : null, '#/events'), tile('Projections behind by', lag === null ? null : `${Math.round(lag)} s`, '#/projections', lag > 5));
    show(gaps, missing([...letters.body?.unavailable ?? [], ...stuck.body?.unavailable ?? []].filter((one, i, all) => all.findIndex(other => other.service === one.service) === i)));
    show(funnel, el('h2', { id: 'day' }, 'The last 24 hours'), day.ok ? bars(day.body.funnel) : trouble(day));
  }
}

const tile = (label, value, href, alarm) => el(`a.card.tile${alarm ? '.alarm' : ''}`, { href }, el('span.soft', null, label), el('strong', null, value === null || value === undefined ? 'not known' : typeof value === 'number' ? value.toLocaleString() : value));

function bars(funnel) {
  const most = Math.max(1, ...Object.values(funnel));
  return el('dl.funnel', null, Object.entries(funnel).map(([stage, count]) => [el('dt', null, words(stage)), el('dd', null,
    el('meter', { min: 0, max: most, value: count, 'aria-label': `${words(stage)}: ${count}` }), el('span.number', null, count.toLocaleString()))]));
}

/** Counts by the minute, and how long payments took. */
class Quarter {
  #seen = new Set();
  #events = [];
  #placed = new Map();
  #latencies = [];

  add({ orderId, type, position, metadata }) {
    const at = Date.parse(metadata.timeObserved);
    if (this.#seen.has(position)) return;
    this.#seen.add(position);
    this.#events.push({ at, type });
    if (type === 'order-created') this.#placed.set(orderId, at);
    if (type === 'payment-captured' && this.#placed.has(orderId)) this.#latencies.push({ at, took: (at - this.#placed.get(orderId)) / 1000 });
  }

  /** Whole minutes, the oldest first, the running one last. */
  minutes() {
    const now = Date.now();
    this.#events = this.#events.filter(event => event.at > now - (span + 1) * minute);
    if (this.#seen.size > 100_000) this.#seen.clear();
    const of = (list, value) => Array.from({ length: span }, (_, i) => {
      const end = now - (span - 1 - i) * minute;
      return { at: end, value: value(list.filter(one => one.at > end - minute && one.at <= end)) };
    });
    return {
      placed: of(this.#events.filter(event => event.type === 'order-created'), list => list.length),
      events: of(this.#events, list => list.length),
      latency: of(this.#latencies, list => list.length ? list.map(one => one.took).sort((a, b) => a - b)[list.length >> 1] : null),
    };
  }
}
