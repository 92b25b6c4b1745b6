// Elements from data. Text becomes text and never markup, whatever a customer typed.

const svg = 'http://www.w3.org/2000/svg';

/** An element: `el('a.button', { href, onclick }, 'text', child)`. Attributes that are null or false are left out. */
export function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.');
  return fill(document.createElement(tag), classes, attributes, children);
}

/** The same for SVG. */
export function draw(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.');
  return fill(document.createElementNS(svg, tag), classes, attributes, children);
}

function fill(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'value') element.value = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Puts these in place of what an element holds, and keeps the keyboard where it was when something of the same id comes back. */
export function show(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : '';
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Announces something to those who do not see it happen. */
export function say(text) {
  let voice = document.getElementById('voice');
  if (!voice) document.body.append(voice = el('div.unseen', { id: 'voice', role: 'status' }));
  voice.textContent = text;
}

/** An address to put into a link, if it is one of the web; what else a stranger may have written is no link. */
export function webLink(text) {
  try {
    const url = new URL(text);
    return ['https:', 'http:'].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
