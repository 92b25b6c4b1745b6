// Calls a route with what the reader types in. The key stays in this tab.

import { call, withKey, withToken } from '../common/api.js';
import { el, show } from '../common/dom.js';
import { follow } from '../common/stream.js';

const stored = name => sessionStorage.getItem(name) ?? '';
const headersOf = () => ({ ...(stored('key') && withKey(stored('key'))), ...(stored('token') && withToken(stored('token'))) });

/** Where the reader says who calls. */
export function credentials(api) {
  const input = (name, label, hint) => el('div.field', null, el('label', { for: name }, label),
    el('input', { id: name, type: 'password', autocomplete: 'off', spellcheck: 'false', value: stored(name), oninput: event => sessionStorage.setItem(name, event.target.value.trim()) }), el('small.soft', null, hint));
  return el('section.card.stack', { 'aria-labelledby': 'who' }, el('h2', { id: 'who' }, 'Who calls'),
    el('form.fields', { onsubmit: event => event.preventDefault() },
      input('key', 'X-Api-Key', 'In the Development environment dev-storefront, dev-warehouse and dev-operator.'),
      input('token', 'Order token', 'From the answer to a placed order, for its customer. With a key it is not looked at.')),
    el('p.small.soft', null, 'Kept in this tab only, and sent with what you try below.'));
}

/** The form of one operation, and what came back. */
export function tryIt(operation, parameters, content) {
  const id = part => `${operation.operationId}-${part}`;
  const inputs = parameters.map(parameter => ({
    ...parameter,
    input: el('input', { id: id(parameter.name), autocomplete: 'off', spellcheck: 'false', required: parameter.in === 'path', value: parameter.schema?.default ?? '' }),
  }));
  const body = content && el('textarea', { id: id('body'), spellcheck: 'false', rows: 10 }, JSON.stringify(content.example ?? {}, null, 2));
  const send = el('button.primary', { type: 'submit' }, 'Send');
  const result = el('div.stack.tight', { 'aria-live': 'polite' });
  const form = el('form.try.stack', { 'aria-label': `Try: ${operation.summary}` }, el('h3', null, 'Try it'),
    inputs.length ? el('div.fields', null, inputs.map(({ name, input }) => el('div.field', null, el('label', { for: input.id }, name), input))) : null,
    body ? el('div.field', null, el('label', { for: body.id }, 'Body'), body) : null,
    el('div.row', null, send), result);

  const value = place => inputs.filter(({ in: where, input }) => where === place && input.value.trim());
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const query = new URLSearchParams(value('query').map(({ name, input }) => [name, input.value.trim()])).toString();
    const path = value('path').reduce((at, { name, input }) => at.replace(`{${name}}`, encodeURIComponent(input.value.trim())), operation.path) + (query && `?${query}`);
    const headers = { ...headersOf(), ...Object.fromEntries(value('header').map(({ name, input }) => [name, input.value.trim()])) };
    if (operation.responses[200]?.content?.['text/event-stream']) return listen(path, headers);
    send.setAttribute('aria-busy', 'true');
    const start = performance.now();
    const answer = await call(operation.method, path, { headers, body: body?.value.trim() || undefined });
    send.removeAttribute('aria-busy');
    show(result,
      el('div.row', null, el(`span.badge.${answer.ok ? 'good' : 'bad'}`, null, answer.status ? String(answer.status) : 'No answer'), el('span.small.soft', null, `${Math.round(performance.now() - start)} ms`)),
      el('pre', { tabindex: 0, 'aria-label': 'Headers' }, `${operation.method} ${path}\n\n${['content-type', 'location', 'etag', 'idempotent-replayed', 'retry-after'].filter(name => answer.headers.get(name)).map(name => `${name}: ${answer.headers.get(name)}`).join('\n')}`),
      answer.body === null ? null : el('pre', { tabindex: 0, 'aria-label': 'Body' }, typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, null, 2)));
  });
  return form;

  function listen(path, headers) {
    const text = el('pre', { tabindex: 0, 'aria-label': 'Events' });
    const badge = el('span.badge');
    const stream = follow(path, {
      headers,
      onEvent: ({ id, event, data }) => text.append(`${id} ${event}\n${event === 'heartbeat' ? '' : JSON.stringify(JSON.parse(data), null, 2)}\n`),
      onState: (state, status) => { badge.textContent = state === 'refused' ? String(status) : state; },
    });
    show(result, el('div.row', null, badge, el('button.small', { type: 'button', onclick: () => { stream.stop(); badge.textContent = 'stopped'; } }, 'Stop')), text);
  }
}
