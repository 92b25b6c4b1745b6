// The choreography of one order: a row for each event, and beside it lanes for customer, orders, payment, shipping and notification. Who
// writes an event hands it to the orders' log; the log hands it to the queues that are bound to it.

import { call } from '../common/api.js';
import { draw, el } from '../common/dom.js';
import { clock } from '../common/format.js';

const names = ['customer', 'orders', 'payment', 'shipping', 'notification'];
const isNarrow = matchMedia('(max-width: 52rem)').matches;
const step = isNarrow ? 26 : 62;
const [width, height] = [step * names.length, isNarrow ? 128 : 56]; // of a row, as the style sheet has it
const x = lane => step * (names.indexOf(lane) + .5);
let bindings = null;

/** The events as a table. What the drawing shows, the columns say too. */
export async function lanes(events) {
  bindings ??= await queuesOf();
  const byId = new Map(events.map(event => [event.eventId, event]));
  return el('div.scroll.lanes', { tabindex: 0, role: 'group', 'aria-label': 'Events' }, el('table', null,
    el('thead', null, el('tr', null,
      el('th.drawn', { scope: 'col' }, el('span.unseen', null, 'Lanes'), heads()), ['Event', 'Because of', 'Taken by', 'Data'].map(text => el('th', { scope: 'col' }, text)))),
    el('tbody', null, events.map(event => row(event, byId.get(event.metadata.$causationId), events)))));
}

function row(event, cause, events) {
  const author = laneOf(event.metadata.agent);
  const queues = bindings.get(event.type) ?? [];
  const effects = events.filter(other => other.metadata.$causationId === event.eventId && other !== event).map(other => other.revision);
  return el('tr', null,
    el('td.drawn', null, picture(author, queues, event === events[0], event === events.at(-1))),
    el('th', { scope: 'row' }, el('strong', null, `${event.revision} ${event.type}`),
      el('div.small.soft', null, el('time', { datetime: event.metadata.timeOccurred }, clock(event.metadata.timeOccurred)), ` by ${event.metadata.agent.kind}/${event.metadata.agent.id}`)),
    el('td', null, cause && cause !== event ? `${cause.revision} ${cause.type}` : 'a request', effects.length ? el('div.small.soft', null, `caused ${effects.join(', ')}`) : null),
    el('td', null, queues.length ? queues.join(', ') : 'nobody'),
    el('td', null, el('details', null, el('summary', null, 'Show'), el('pre', { tabindex: 0 }, JSON.stringify({ data: event.data, metadata: event.metadata }, null, 2)))));
}

const laneOf = ({ kind, id }) => kind === 'service' && names.includes(id) ? id : kind === 'provider' ? 'payment' : kind === 'service' ? 'orders' : 'customer';

const heads = () => draw('svg', { viewBox: `0 0 ${width} 24`, width, height: 24, 'aria-hidden': 'true' },
  names.map(name => draw('text', { x: x(name), y: 16, 'text-anchor': 'middle' }, isNarrow ? shortly[name] : name === 'notification' ? 'mail' : name)));

const shortly = { customer: 'Cu', orders: 'Or', payment: 'Pa', shipping: 'Sh', notification: 'Ma' };

function picture(author, queues, isFirst, isLast) {
  const [y, down] = [height / 2 - 7, height / 2 + 12];
  return draw('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' },
    names.map(name => draw('line.lane', { x1: x(name), x2: x(name), y1: isFirst ? y : 0, y2: isLast ? down : height })),
    author === 'orders' ? null : draw('line.hop', { x1: x(author), x2: x('orders'), y1: y, y2: y }),
    queues.map(queue => draw('path.told', { d: `M${x('orders')} ${y}V${down}H${x(queue)}` })),
    draw('circle.by', { cx: x(author), cy: y, r: 5 }), draw('rect.at', { x: x('orders') - 4, y: y - 4, width: 8, height: 8 }),
    queues.map(queue => draw('circle.to', { cx: x(queue), cy: down, r: 3.5 })));
}

/** Which queues are bound to each event, by the description of the broker. */
async function queuesOf() {
  const answer = await call('GET', '/asyncapi/v1.json');
  const queues = new Map();
  for (const [name, { action, channel }] of Object.entries(answer.ok ? answer.body.operations : {})) {
    const event = channel.$ref.split('.').at(-1);
    if (action === 'receive') queues.set(event, [...queues.get(event) ?? [], name.split('.')[0]]);
  }
  return queues;
}
