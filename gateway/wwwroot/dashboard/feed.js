// The log of events as it grows: one stream for the whole page, and everybody who wants to know.

import { follow, liveSign } from '../shared/stream.js';
import { leave, operator } from './session.js';

const listeners = new Set();
let stream = null;
let sign = null;

/** Tells `listener` of each event from now on; what it returns ends that. */
export function onEvent(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Runs `work` now, and again soon after events, but never more often than every second. */
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
  run();
  return () => { end(); clearTimeout(due); };
}

export function openFeed(element) {
  sign ??= liveSign(element);
  element.hidden = false;
  stream?.stop();
  stream = follow('/api/v1/admin/events/stream', {
    headers: operator(),
    onEvent({ event, data }) {
      if (event === 'heartbeat') return;
      const happened = JSON.parse(data);
      for (const listener of listeners) listener(happened);
    },
    onState(state, status) {
      sign.set(state);
      if (state === 'refused' && status === 401) leave('The key is not accepted any more. It may have expired or been withdrawn.');
    },
  });
}

export function closeFeed(element) {
  stream?.stop();
  stream = null;
  element.hidden = true;
}
