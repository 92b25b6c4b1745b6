// The API reference, from the documents that the gateway serves.

import { call, explain } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { events } from './events.js';
import { operationCard } from './operation.js';
import { describeSchema } from './schema.js';
import { credentials } from './tryit.js';

const methods = ['get', 'post', 'put', 'patch', 'delete'];
const contents = document.getElementById('contents');
const content = document.getElementById('content');

addEventListener('hashchange', unfold);
load();

async function load() {
  const [http, broker] = await Promise.all([call('GET', '/openapi/v1.json'), call('GET', '/asyncapi/v1.json')]);
  if (!http.ok || !broker.ok) {
    return show(content, el('div.note.bad', { role: 'alert' }, el('strong', null, 'The description cannot be read.'), el('p', null, explain(http.ok ? broker : http)),
      el('div.row', null, el('button', { onclick: load }, 'Try again'))));
  }
  const api = http.body;
  const operations = Object.entries(api.paths).flatMap(([path, item]) =>
    methods.filter(method => item[method]).map(method => ({ path, method: method.toUpperCase(), shared: item.parameters ?? [], ...item[method] })));
  const groups = api.tags.map(tag => ({ ...tag, operations: operations.filter(operation => operation.tags.includes(tag.name)) }));

  show(contents, groups.map(group => [el('h2', null, group.name), group.operations.map(operation => link(operation.operationId, operation.summary))]),
    el('h2', null, 'Broker'), link('events', 'Events'), el('h2', null, 'Data'), link('schemas', 'Schemas'));
  show(content,
    el('div.stack.tight', null, el('h1', null, 'API reference'), el('p.soft', null, api.info.summary, ' ', api.info.description)),
    credentials(api),
    groups.map(group => el('section.stack', { id: `tag-${group.name}` }, el('div', null, el('h2', null, group.name), el('p.soft', null, group.description)), group.operations.map(operation => operationCard(api, operation)))),
    events(broker.body),
    el('section.stack', { id: 'schemas' }, el('h2', null, 'Schemas'), Object.entries(api.components.schemas).map(([name, schema]) =>
      el('article.card.stack.tight', { id: `schema-${name}` }, el('h3', null, name), schema.description ? el('p.soft', null, schema.description) : null, describeSchema(api, schema)))));
  unfold();
}

const link = (id, text) => el('a', { href: `#${id}` }, text);

function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.tagName === 'DETAILS') target.open = true;
  target.scrollIntoView();
}
