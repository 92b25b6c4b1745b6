// The mails that were sent, the newest first; new ones appear by themselves.

import { call, explain } from '../common/api.js';
import { el, say, show } from '../common/dom.js';
import { clock } from '../common/format.js';
import { liveSign } from '../common/stream.js';
import { reader } from './reader.js';

const often = 1500;

export function showMails(view) {
  document.title = 'Mailbox – Shop';
  const list = el('ul.letters.card', { 'aria-label': 'Mails' });
  const pane = el('div');
  const sign = liveSign(document.getElementById('live'));
  document.getElementById('live').hidden = false;
  let mails = null;
  let open = null;
  let timer = 0;
  refresh();
  return () => { clearTimeout(timer); timer = null; document.getElementById('live').hidden = true; };

  async function refresh() {
    const answer = await call('GET', '/mailbox/api/mails');
    if (timer === null) return;
    timer = setTimeout(refresh, often);
    sign.set(answer.ok ? 'live' : 'stale');
    if (!answer.ok) {
      if (!mails) show(view, el('div.note.bad', { role: 'alert' }, el('strong', null, 'The mailbox cannot be opened.'), el('p', null, explain(answer))));
      return;
    }
    const known = mails;
    mails = answer.body;
    if (known && known.map(mail => mail.name).join() === mails.map(mail => mail.name).join()) return;
    if (known?.length < mails.length) say(`New mail: ${mails[0].subject}`);
    if (!mails.length) return show(view, el('div.card.empty', null, el('h1', null, 'No mail yet'), el('p', null, 'Place an order in the shop: what is written to its customer lands here, and goes nowhere else.'), el('a.button.primary', { href: '/shop' }, 'To the shop')));
    if (!known?.length) show(view, el('h1.unseen', null, 'Sent mails'), el('div.mails', null, list, pane));
    paint(known);
    if (!open) read(mails[0].name);
  }

  function paint(known) {
    const names = new Set((known ?? mails).map(mail => mail.name));
    show(list, mails.map(mail => el(names.has(mail.name) ? 'li' : 'li.new', null,
      el('button', { type: 'button', id: `mail-${mail.name}`, 'aria-current': mail.name === open ? 'true' : null, onclick: () => read(mail.name) },
        el('strong', null, mail.subject), el('small.soft', null, mail.to), el('small.soft', null, clock(mail.sentAt))))));
  }

  async function read(name) {
    open = name;
    paint(mails);
    const answer = await call('GET', `/mailbox/api/mails/${name}`);
    if (open !== name) return;
    if (!answer.ok) return show(pane, el('div.note.bad', { role: 'alert' }, explain(answer)));
    const { subject, text, from, to, messageId } = answer.body;
    const { orderId } = mails.find(mail => mail.name === name);
    show(pane, reader({ subject, text, html: `/mailbox/api/mails/${name}/html`, facts: [['From', from], ['To', to], ['Message-ID', messageId], ['Order', el('a', { href: `/shop/orders/${orderId}` }, orderId)]] }));
  }
}
