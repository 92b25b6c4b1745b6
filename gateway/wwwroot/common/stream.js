// Follows an event stream. Not by EventSource, which cannot send Authorization: by fetch, reading the same format, and doing by
// itself what EventSource would: it resumes behind the last event seen, waits longer after each failure, and notices silence.

const silence = 25_000; // the shop sends a heartbeat every ten seconds
const longest = 15_000;

/**
 * Opens the stream at `path` and keeps it open until `stop()` is called on what it returns. `onEvent({ id, event, data })` for each
 * event; `onState(state, answer)` with `connecting`, `live`, `stale`, or `refused` when trying again is no use: then the answer's status
 * says why.
 */
export function follow(path, { headers = {}, lastEventId = '', onEvent, onState }) {
  const stopped = new AbortController();
  let last = String(lastEventId);
  let wake = () => { };
  const hurry = () => wake();
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  run();
  return { stop() { stopped.abort(); wake(); removeEventListener('online', hurry); document.removeEventListener('visibilitychange', hurry); } };

  async function run() {
    let wait = 500;
    onState('connecting');
    while (!stopped.signal.aborted) {
      const heard = await listen(() => { wait = 500; });
      if (stopped.signal.aborted) return;
      if (heard >= 400 && heard < 500 && heard !== 408 && heard !== 429) return onState('refused', heard);
      onState('stale');
      await new Promise(resolve => {
        wake = resolve;
        setTimeout(resolve, wait * (0.75 + Math.random() / 2));
      });
      wait = Math.min(wait * 2, longest);
    }
  }

  /** Listens for as long as the connection holds; the status of an answer that was none, or 0. */
  async function listen(opened) {
    const quiet = new AbortController();
    let watch = setTimeout(() => quiet.abort(), silence);
    try {
      const response = await fetch(path, {
        headers: { 'Accept': 'text/event-stream', ...headers, ...(last && { 'Last-Event-ID': last }) },
        cache: 'no-store',
        signal: AbortSignal.any([stopped.signal, quiet.signal]),
      });
      if (!response.ok) return response.status;
      onState('live');
      opened();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (let chunk; !(chunk = await reader.read()).done;) {
        clearTimeout(watch);
        watch = setTimeout(() => quiet.abort(), silence);
        text += chunk.value;
        const blocks = text.split(/\r?\n\r?\n/);
        text = blocks.pop();
        blocks.forEach(take);
      }
    } catch {
      // Cut off: the caller tries again.
    } finally {
      clearTimeout(watch);
    }
    return 0;
  }

  function take(block) {
    const message = { id: '', event: 'message', data: '' };
    for (const line of block.split(/\r?\n/)) {
      const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'data') message.data += (message.data && '\n') + value;
      else if (field) message[field] = value;
    }
    if (message.id) last = message.id;
    if (message.data) onEvent(message);
  }
}

/** A sign that says whether what is shown is live; to be told each state, and how long ago the last word came. */
export function liveSign(element) {
  let since = 0;
  const words = { connecting: () => 'Connecting…', live: () => 'Live', stale: () => `Not live: last heard ${Math.max(1, Math.round((Date.now() - since) / 1000))} s ago. Reconnecting…`, refused: () => 'Not live' };
  let state = 'connecting';
  const paint = () => {
    element.dataset.state = state;
    const text = state === 'stale' && !since ? 'Not live: no connection yet. Trying again…' : words[state]();
    if (element.textContent !== text) element.textContent = text;
  };
  element.className = 'live';
  setInterval(() => state === 'stale' && paint(), 1000);
  paint();
  return {
    set(next) {
      if (state === 'live' || next === 'live') since = Date.now();
      state = next;
      paint();
    },
  };
}
