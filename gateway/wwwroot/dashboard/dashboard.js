// The operators' dashboard: who is in, and which part is shown. A part is a module with a name, a title, and `open(view, rest)`, which
// returns how to close it. One that names a `route` is there when the gateway has that route.

import { call } from '../common/api.js';
import { el, show } from '../common/dom.js';
import * as deadLetters from './deadletters.js';
import * as deliveries from './deliveries.js';
import * as events from './events.js';
import { closeFeed, openFeed } from './feed.js';
import * as orders from './orders.js';
import * as overview from './overview.js';
import * as projections from './projections.js';
import * as reviews from './reviews.js';
import { askForKey, leave, operator } from './session.js';
import * as stuck from './stuck.js';

const all = [overview, orders, events, reviews, deadLetters, stuck, deliveries, projections];
let parts = all.filter(part => !part.route);
const view = document.getElementById('view');
const nav = document.getElementById('modules');
const live = document.getElementById('live');
const out = document.getElementById('leave');
let close = null;

addEventListener('hashchange', route);
addEventListener('session', ({ detail }) => start(detail));
out.addEventListener('click', () => leave());
start();
findParts();

async function findParts() {
  const api = await call('GET', '/openapi/v1.json');
  if (!api.ok) return;
  parts = all.filter(part => !part.route || part.route in api.body.paths);
  drawParts();
  if (deliveries.name === address()[0]) route();
}

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
  const part = current();
  drawParts();
  document.title = `${part.title} – Shop`;
  close?.();
  scrollTo(0, 0);
  close = part.open(view, address().slice(1).join('/'));
}

/** What stands in the address: `#/orders/<id>` is the part's name and the rest. */
function address() {
  return location.hash.replace(/^#\/?/, '').split('/');
}

function current() {
  const [name] = address();
  return parts.find(part => part.name === name) ?? overview;
}

function drawParts() {
  show(nav, parts.map(part => el('a', { href: `#/${part.name}`, id: `to-${part.name}`, 'aria-current': part === current() ? 'page' : null }, part.title)));
  nav.querySelector('[aria-current]').scrollIntoView({ block: 'nearest', inline: 'center' });
}
