// Calls to the public API. An answer is { ok, status, body, headers }; what goes wrong is an answer too, with the problem document as
// its body, so that whoever calls handles one shape and never an exception.

const patience = 20_000;

/** The headers of who calls: an operator's or any other key, or the token that came with an order. */
export const withKey = key => ({ 'X-Api-Key': key });
export const withToken = token => ({ 'Authorization': `Bearer ${token}` });

/** Sends a request. Never throws. */
export async function call(method, path, { headers = {}, body, signal } = {}) {
  const late = AbortSignal.timeout(patience);
  const request = { method, headers: { 'Accept': 'application/json', ...headers }, cache: 'no-store', signal: signal ? AbortSignal.any([late, signal]) : late };
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
    const text = await response.text();
    return { ok: response.ok, status: response.status, headers: response.headers, text, body: parsed(text, response.status) };
  } catch (error) {
    return { ok: false, status: 0, headers: new Headers(), text: '', body: unreachable(error) };
  }
}

/** A fresh Idempotency-Key: the same request sent again under it acts once. */
export function idempotencyKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

/** What a person is told of an answer that is no success. */
export function explain(answer) {
  const { code, title, detail } = answer.body ?? {};
  if (answer.status === 401) return 'The key or token is not accepted, or has expired.';
  if (answer.status === 429) return 'Too many requests at once. Wait a moment and try again.';
  if (code === 'unreachable' || answer.status === 503) return title;
  return [title ?? `The shop answered ${answer.status}.`, detail].filter(Boolean).join(' ');
}

function parsed(text, status) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return status < 400 ? text : { code: 'unreadable', title: `The shop answered ${status}.` };
  }
}

function unreachable(error) {
  const title = error.name === 'TimeoutError' ? 'The shop did not answer in time. Try again.'
    : navigator.onLine === false ? 'You are offline. Try again when you are back.'
      : 'The shop cannot be reached at the moment. Try again.';
  return { code: 'unreachable', title };
}
