// The operators' dashboard: who is in, and which part is shown. A part is a module with a name, a title, and `open(view, rest)`, which
// returns how to close it.

import { el, show } from '../shared/dom.js';
import * as deadLetters from './deadletters.js';
import * as events from './events.js';
import { closeFeed, openFeed } from './feed.js';
import * as orders from './orders.js';
import * as overview from './overview.js';
import * as projections from './projections.js';
import * as reviews from './reviews.js';
import { askForKey, leave, operator } from './session.js';
import * as stuck from './stuck.js';

const parts = [overview, orders, events, reviews, deadLetters, stuck, projections];
const view = document.getElementById('view');
const nav = document.getElementById('modules');
const live = document.getElementById('live');
const out = document.getElementById('leave');
let close = null;

addEventListener('hashchange', route);
addEventListener('session', ({ detail }) => start(detail));
out.addEventListener('click', () => leave());
start();

function start(why) {
  close?.();
  close = null;
  const isIn = Boolean(operator());
  out.hidden = !isIn;
  nav.hidden = !isIn;
  document.title = 'Shop: operators';
  if (!isIn) {
    closeFeed(live);
    return askForKey(view, why, () => start());
  }
  openFeed(live);
  route();
}

function route() {
  if (!operator() || location.hash === '#view') return;
  const [name, ...rest] = (location.hash.slice(1) || overview.name).split('/');
  const part = parts.find(one => one.name === name) ?? overview;
  show(nav, parts.map(one => el('a', { href: `#${one.name}`, id: `to-${one.name}`, 'aria-current': one === part ? 'page' : null }, one.title)));
  document.title = `${part.title} – Shop`;
  close?.();
  scrollTo(0, 0);
  close = part.open(view, rest.join('/'));
}
