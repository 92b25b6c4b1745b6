// One operation: what it takes, what it answers, and a form to try it.

import { el, show } from '../common/dom.js';
import { describeSchema, resolve, typeOf } from './schema.js';
import { tryIt } from './tryit.js';

/** Folded until somebody opens it; only then is it drawn. */
export function operationCard(api, operation) {
  const body = el('div.stack');
  const card = el('details.operation', { id: operation.operationId }, el('summary', null,
    el('span.method', { 'data-method': operation.method }, operation.method), el('span.path.mono', null, operation.path), el('span', null, operation.summary)), body);
  card.addEventListener('toggle', () => {
    if (card.open && !body.hasChildNodes()) show(body, draw(api, operation));
  });
  return card;
}

function draw(api, operation) {
  const parameters = [...operation.shared, ...(operation.parameters ?? [])].map(parameter => resolve(api, parameter));
  const content = resolve(api, operation.requestBody)?.content?.['application/json'];
  return [
    operation.description ? el('p', null, operation.description) : null,
    el('p.small.soft', null, 'Who may call: ', operation.security.map(whose).join(', or ')),
    parameters.length ? el('div.stack.tight', null, el('h3', null, 'Parameters'), el('div.scroll.fold', { tabindex: 0, role: 'group', 'aria-label': 'Parameters' }, el('table', null, el('tbody', null, parameters.map(parameter => el('tr', null,
      el('th', { scope: 'row' }, el('code', null, parameter.name)), el('td', null, parameter.in), el('td', null, typeOf(parameter.schema)), el('td', null, parameter.description ?? ''))))))) : null,
    content ? el('div.stack.tight', null, el('h3', null, 'Body'), el('p', null, typeOf(content.schema)), el('details.more', null, el('summary', null, 'Members'), describeSchema(api, content.schema))) : null,
    el('div.stack.tight', null, el('h3', null, 'Answers'), el('div.answers', null, Object.entries(operation.responses).map(([status, reference]) => {
      const answer = resolve(api, reference);
      const example = Object.values(answer.content ?? {}).find(media => media.example)?.example;
      return el('div', null, el('strong', null, status), el('span', null, answer.description),
        example ? el('details', null, el('summary', null, 'Example'), el('pre', { tabindex: 0 }, JSON.stringify(example, null, 2))) : null);
    }))),
    tryIt(operation, parameters, content),
  ].filter(Boolean);
}

const whose = scheme => scheme.orderToken ? 'the customer, with the order’s token' : `a key of scope ${scheme.apiKey.join(', ')}`;
