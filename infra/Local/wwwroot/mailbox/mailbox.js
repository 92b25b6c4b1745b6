// The mailbox: what was sent, and every letter that could be.

import { showMails } from './mails.js';
import { showSamples } from './samples.js';

const view = document.getElementById('view');
let close = () => { };

addEventListener('hashchange', route);
route();

function route() {
  if (location.hash === '#view') return;
  const samples = location.hash === '#samples';
  for (const link of document.querySelectorAll('.bar nav a')) {
    if (link.hash === (samples ? '#samples' : '#mails')) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  close();
  close = (samples ? showSamples : showMails)(view) ?? (() => { });
}
