// The messages on the broker, from the AsyncAPI document.

import { el } from '../common/dom.js';
import { describeSchema } from './schema.js';

export function events(api) {
  const receivers = Object.entries(api.operations).filter(([, operation]) => operation.action === 'receive');
  return el('section.stack', { id: 'events' }, el('div', null, el('h2', null, 'Events'), el('p.soft', null, api.info.description)),
    Object.entries(api.channels).map(([routingKey, channel]) => {
      const message = api.components.messages[Object.keys(channel.messages)[0]];
      const queues = receivers.filter(([, operation]) => operation.channel.$ref === `#/channels/${routingKey}`).map(([name]) => name.split('.')[0]);
      return el('details.operation', { id: `event-${message.title}` }, el('summary', null,
        el('span.method', null, channel.bindings.amqp.exchange.name), el('span.path.mono', null, routingKey),
        el('span', null, queues.length ? `Bound by the queue${queues.length > 1 ? 's' : ''} ${queues.join(', ')}` : 'No queue of the shop’s own is bound to it')),
      el('div.stack', null, el('p.small.soft', null, 'type ', el('code', null, message.name), ', content-type ', el('code', null, message.contentType)), describeSchema(api, message.payload)));
    }));
}
