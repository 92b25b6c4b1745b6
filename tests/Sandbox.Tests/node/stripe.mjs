// Uses the sandbox as any shop uses Stripe: through Stripe's own client library.
// node stripe.mjs <host> <port> <key>
import assert from 'node:assert/strict';
import Stripe from 'stripe';

const [host, port, key] = process.argv.slice(2);
const stripe = new Stripe(key, { protocol: 'http', host, port: Number(port), maxNetworkRetries: 0, telemetry: false });
const retrying = new Stripe(key, { protocol: 'http', host, port: Number(port), maxNetworkRetries: 2, telemetry: false });

const payment = (order, method, more = {}) => ({
  amount: 4497,
  currency: 'eur',
  payment_method: method,
  payment_method_types: ['card'],
  capture_method: 'manual',
  confirm: true,
  error_on_requires_action: true,
  metadata: { order_id: order, attempt: '1' },
  expand: ['latest_charge'],
  ...more,
});

const rejected = async (promise, type) => {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof type, `${error.constructor.name}: ${error.message}`);
    return error;
  }
  assert.fail(`expected ${type.name}`);
};

const steps = {
  async 'authorize, retrieve, capture'() {
    const created = await stripe.paymentIntents.create(payment('n-1', 'pm_card_visa'), { idempotencyKey: 'n-1:auth:1' });
    assert.equal(created.status, 'requires_capture');
    assert.equal(created.amount_capturable, 4497);
    assert.equal(created.latest_charge.outcome.type, 'authorized');
    assert.equal(created.latest_charge.payment_method_details.card.brand, 'visa');
    const read = await stripe.paymentIntents.retrieve(created.id);
    assert.equal(read.latest_charge, created.latest_charge.id);
    assert.deepEqual(read.metadata, { order_id: 'n-1', attempt: '1' });
    const captured = await stripe.paymentIntents.capture(created.id, { amount_to_capture: 4497 });
    assert.equal(captured.status, 'succeeded');
    assert.equal(captured.amount_received, 4497);
  },

  async 'create, then confirm'() {
    const created = await stripe.paymentIntents.create(
      { amount: 100, currency: 'usd', capture_method: 'manual', payment_method_types: ['card'] });
    assert.equal(created.status, 'requires_payment_method');
    const confirmed = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_mastercard' });
    assert.equal(confirmed.status, 'requires_capture');
  },

  async 'cancel'() {
    const created = await stripe.paymentIntents.create(payment('n-2', 'pm_card_visa'));
    const canceled = await stripe.paymentIntents.cancel(created.id, { cancellation_reason: 'requested_by_customer' });
    assert.equal(canceled.status, 'canceled');
    assert.equal(canceled.cancellation_reason, 'requested_by_customer');
    const error = await rejected(stripe.paymentIntents.capture(created.id), Stripe.errors.StripeInvalidRequestError);
    assert.equal(error.code, 'payment_intent_unexpected_state');
    assert.equal(error.payment_intent.status, 'canceled');
  },

  async 'refund in parts'() {
    const paid = await stripe.paymentIntents.create(payment('n-3', 'pm_card_visa', { capture_method: 'automatic' }));
    assert.equal(paid.status, 'succeeded');
    const first = await stripe.refunds.create({ payment_intent: paid.id, amount: 1000, metadata: { refund_id: 'r-1' } });
    assert.equal(first.status, 'succeeded');
    const rest = await stripe.refunds.create({ payment_intent: paid.id });
    assert.equal(rest.amount, 3497);
    assert.equal((await stripe.refunds.retrieve(first.id)).metadata.refund_id, 'r-1');
    const listed = await stripe.refunds.list({ payment_intent: paid.id }).autoPagingToArray({ limit: 10 });
    assert.deepEqual(listed.map(refund => refund.id), [rest.id, first.id]);
    const error = await rejected(stripe.refunds.create({ payment_intent: paid.id }), Stripe.errors.StripeInvalidRequestError);
    assert.equal(error.code, 'charge_already_refunded');
    assert.equal((await stripe.charges.retrieve(paid.latest_charge.id)).refunded, true);
  },

  async 'idempotency'() {
    const options = { idempotencyKey: 'n-4:auth:1' };
    const first = await stripe.paymentIntents.create(payment('n-4', 'pm_card_visa'), options);
    const again = await stripe.paymentIntents.create(payment('n-4', 'pm_card_visa'), options);
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    const other = payment('n-4', 'pm_card_visa', { amount: 100 });
    await rejected(stripe.paymentIntents.create(other, options), Stripe.errors.StripeIdempotencyError);
  },

  async 'declines'() {
    for (const [method, code, declineCode] of [
      ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
      ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
      ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
      ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
      ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required'],
    ]) {
      const error = await rejected(stripe.paymentIntents.create(payment('n-5', method)), Stripe.errors.StripeCardError);
      assert.equal(error.statusCode, 402);
      assert.equal(error.code, code);
      assert.equal(error.decline_code, declineCode);
      assert.equal(error.payment_intent.status, 'requires_payment_method');
      assert.equal(error.payment_intent.last_payment_error.code, code);
    }
  },

  async 'review'() {
    const risky = await stripe.paymentIntents.create(payment('n-6', 'pm_card_riskLevelElevated', { expand: ['latest_charge', 'review'] }));
    assert.equal(risky.latest_charge.outcome.type, 'manual_review');
    assert.equal(risky.review.open, true);
    const approved = await stripe.reviews.approve(risky.review.id);
    assert.deepEqual([approved.open, approved.closed_reason], [false, 'approved']);
    assert.equal((await stripe.paymentIntents.retrieve(risky.id)).status, 'requires_capture');
  },

  async 'search and list'() {
    const found = await stripe.paymentIntents.search({ query: "metadata['order_id']:'n-1' AND metadata['attempt']:'1'" });
    assert.equal(found.data.length, 1);
    assert.equal(found.data[0].metadata.order_id, 'n-1');
    const all = await stripe.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    assert.ok(all.length > 5);
    assert.equal(new Set(all.map(intent => intent.id)).size, all.length);
  },

  async 'errors'() {
    const missing = await rejected(stripe.paymentIntents.retrieve('pi_missing'), Stripe.errors.StripeInvalidRequestError);
    assert.deepEqual([missing.statusCode, missing.code], [404, 'resource_missing']);
    assert.match(missing.requestId, /^req_/);
    const wrong = new Stripe('sk_test_wrong', { protocol: 'http', host, port: Number(port), maxNetworkRetries: 0 });
    await rejected(wrong.paymentIntents.retrieve('pi_missing'), Stripe.errors.StripeAuthenticationError);
    await rejected(stripe.paymentIntents.create(payment('n-7', 'pm_sandbox_500_once')), Stripe.errors.StripeAPIError);
  },

  async 'the library retries by itself and is charged once'() {
    for (const method of ['pm_sandbox_lost_reply', 'pm_sandbox_500_once']) {
      const created = await retrying.paymentIntents.create(payment(`n-8-${method}`, method));
      assert.equal(created.status, 'requires_capture');
      const found = await stripe.paymentIntents.search({ query: `metadata['order_id']:'n-8-${method}'` });
      assert.equal(found.data.length, 1);
    }
  },

  async 'a 500 that is kept is not tried again'() {
    const error = await rejected(retrying.paymentIntents.create(payment('n-9', 'pm_sandbox_500_kept')), Stripe.errors.StripeAPIError);
    assert.equal(error.headers['idempotent-replayed'], undefined);
    const found = await stripe.paymentIntents.search({ query: "metadata['order_id']:'n-9'" });
    assert.equal(found.data[0].status, 'requires_capture');
  },
};

for (const [name, step] of Object.entries(steps)) {
  await step();
  console.log(`ok ${name}`);
}

// The library leaves a timer behind for each dropped connection, which would keep the process for its whole time-out.
process.exit(0);
