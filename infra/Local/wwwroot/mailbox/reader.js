// A letter as it looks on a phone, on a desk, and as text. The HTML is shown in a frame of its own that may load and run nothing.

import { el, show } from '../common/dom.js';

const ways = [['desk', 'Desk'], ['phone', 'Phone'], ['text', 'Text']];
const colours = [['', 'As here'], ['light', 'Light'], ['dark', 'Dark']];
let way = matchMedia('(max-width: 52rem)').matches ? 'phone' : 'desk';
let colour = '';

/** A reader for one letter: `{ subject, text, html, facts }`, where `html` is an address. */
export function reader(letter) {
  const shown = el('div.frame');
  const bar = el('div.row');
  const paint = () => {
    show(bar, choose('How it is shown', ways, way, next => { way = next; paint(); }), way === 'text' ? null : choose('Colours', colours, colour, next => { colour = next; paint(); }));
    show(shown, way === 'text'
      ? el('pre.text', { tabindex: 0 }, letter.text)
      : el(`iframe${way === 'phone' ? '.phone' : ''}${colour ? `.${colour}` : ''}`, { src: letter.html, title: `${letter.subject}, as HTML`, sandbox: 'allow-popups allow-popups-to-escape-sandbox' }));
  };
  paint();
  return el('article.card.stack', { 'aria-label': 'Letter' },
    el('div.stack.tight', null, el('h2', null, letter.subject), el('dl.facts.small', null, letter.facts.map(([name, value]) => [el('dt', null, name), el('dd', null, value)]))),
    bar, shown);
}

const choose = (label, options, now, pick) => el('div.ways', { role: 'group', 'aria-label': label }, options.map(([value, text]) =>
  el('button', { type: 'button', id: `way-${label.length}-${value}`, 'aria-pressed': String(value === now), onclick: () => pick(value) }, text)));
