// JSON schemas as tables.

import { el } from '../common/dom.js';

/** What a reference leads to. */
export const resolve = (document, node) =>
  node?.$ref ? node.$ref.split('/').slice(1).reduce((at, step) => at?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], document) : node;

/** The members of a schema as a table, or its type in words. */
export function describeSchema(document, schema) {
  const whole = resolve(document, schema);
  const parts = whole.allOf ? whole.allOf.map(part => resolve(document, part)) : [whole];
  const required = parts.flatMap(part => part.required ?? []);
  const members = parts.flatMap(part => Object.entries(part.properties ?? {}));
  if (!members.length) return el('p', null, typeOf(whole));
  return el('div.scroll.fold', { tabindex: 0, role: 'group', 'aria-label': 'Members' }, el('table', null,
    el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Member'), el('th', { scope: 'col' }, 'Type'), el('th', { scope: 'col' }, 'About'))),
    el('tbody', null, members.map(([name, member]) => el('tr', null,
      el('th.mono', { scope: 'row' }, name),
      el('td', null, typeOf(member)),
      el('td', null, [required.includes(name) ? 'Required. ' : '', member.description ?? resolve(document, member)?.description ?? '', limits(member)]))))));
}

/** A schema's type in words, with a link where it is one of the document's own. */
export function typeOf(schema) {
  if (!schema) return 'anything';
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    return el('a', { href: `#schema-${name}` }, name);
  }
  if (schema.enum) return el('span', null, schema.enum.filter(word => word !== null).map((word, i) => [i ? ' | ' : '', el('code', null, String(word))]));
  const type = [schema.type].flat().filter(word => word && word !== 'null').join(' or ') || (schema.allOf ? 'object' : 'anything');
  if (type === 'array') return el('span', null, 'list of ', typeOf(schema.items));
  return schema.format ? `${type} (${schema.format})` : type;
}

function limits({ minLength, maxLength, minimum, maximum, pattern, default: otherwise }) {
  const words = [
    minLength !== undefined && maxLength !== undefined ? `${minLength} to ${maxLength} characters` : maxLength !== undefined ? `at most ${maxLength} characters` : '',
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : minimum !== undefined ? `at least ${minimum}` : maximum !== undefined ? `at most ${maximum}` : '',
    pattern ? `matches ${pattern}` : '',
    otherwise !== undefined ? `otherwise ${otherwise}` : '',
  ].filter(Boolean).join(', ');
  return words ? el('small.soft', null, ` ${words}`) : '';
}
