// The log of events as it grows: one stream for the whole page, and everybody who wants to know.

import { follow, liveSign } from '../common/stream.js';
import { admin, leave, operator } from './session.js';

const listeners = new Set();
const revivals = new Set();
let stream = null;
let sign = null;
let opening = 0;

/** Tells `listener` of each event from now on; what it returns ends that. */
export function onEvent(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Runs `work` now, and again soon after events and when a lost connection is back, but never more often than every second. */
export function whenThingsHappen(work) {
  let due = 0;
  let running = false;
  let again = false;
  const run = async () => {
    due = 0;
    if (running) return void (again = true);
    running = true;
    await work();
    running = false;
    if (again) {
      again = false;
      plan();
    }
  };
  const plan = () => due ||= setTimeout(run, 1000);
  const end = onEvent(plan);
  revivals.add(plan);
  run();
  return () => { end(); revivals.delete(plan); clearTimeout(due); };
}

export async function openFeed(element) {
  sign ??= liveSign(element);
  element.hidden = false;
  stream?.stop();
  const mine = ++opening;
  // From where the log ends now: a connection that is lost before the first event would otherwise not know where to go on.
  const now = await admin('GET', 'projections');
  if (mine !== opening || !operator()) return;
  stream = follow('/api/v1/admin/events/stream', {
    headers: operator(),
    lastEventId: now.body?.lastPosition ?? '',
    onEvent({ event, data }) {
      if (event === 'heartbeat') return;
      const happened = JSON.parse(data);
      for (const listener of listeners) listener(happened);
    },
    onState(state, status) {
      sign.set(state);
      if (state === 'live') revivals.forEach(plan => plan());
      if (state === 'refused' && status === 401) leave('The key is not accepted any more. It may have expired or been withdrawn.');
    },
  });
}

export function closeFeed(element) {
  opening++;
  stream?.stop();
  stream = null;
  element.hidden = true;
}
