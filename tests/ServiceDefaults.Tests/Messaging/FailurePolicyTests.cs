using Shop.ServiceDefaults.Messaging;

namespace Shop.ServiceDefaults.Tests.Messaging;

public sealed class FailurePolicyTests
{
    private static readonly TimeSpan[] Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30)];

    [Test]
    public void Delays_grow_the_last_repeats_and_then_the_message_is_dead()
    {
        var policy = new FailurePolicy(Delays, maxAttempts: 5, random: () => 0.9);
        var tries = default(Tries);
        var delays = new List<double>();
        while (policy.Decide(new TimeoutException(), tries) is FailureDecision.Retry retry)
        {
            Assert.That(retry.IsExpected, Is.False);
            delays.Add(retry.Delay.TotalSeconds);
            tries = retry.Tries;
        }

        Assert.That(delays, Is.EqualTo(new[] { 1, 5, 30, 30 }));
        Assert.That(policy.Decide(new TimeoutException(), tries), Is.EqualTo(new FailureDecision.DeadLetter(new Tries(5, 5), "attempts-spent")));
    }

    [Test]
    public void Some_take_the_next_longer_delay_so_that_not_all_come_back_together()
    {
        var policy = new FailurePolicy(Delays, maxAttempts: 5, random: () => 0.1);
        Assert.That(new[] { 0, 1, 2 }.Select(before => Delay(policy.Decide(new TimeoutException(), new Tries(before, before)))), Is.EqualTo(new[] { 5, 30, 30 }));
    }

    [Test]
    public void Most_take_their_own_delay()
    {
        var policy = new FailurePolicy(Delays, maxAttempts: 5);
        var own = Enumerable.Range(0, 10_000).Count(_ => Delay(policy.Decide(new TimeoutException(), default)) == 1);
        Assert.That(own, Is.InRange(7000, 8000));
    }

    [Test]
    public void What_can_never_work_is_dead_at_once_also_when_it_is_wrapped()
    {
        var policy = new FailurePolicy(Delays, maxAttempts: 5);
        Assert.That(
            policy.Decide(new InvalidOperationException("", new UnprocessableMessageException("no") { Reason = "malformed" }), default),
            Is.EqualTo(new FailureDecision.DeadLetter(new Tries(1, 1), "malformed")));
    }

    [TestCase(null, 1)]
    [TestCase(1, 1)]
    [TestCase(2, 5)]
    [TestCase(30, 30)]
    [TestCase(3600, 30, Description = "not later than the longest delay")]
    public void What_is_to_come_later_comes_not_before_that(int? after, int delay)
    {
        var policy = new FailurePolicy(Delays, maxAttempts: 5, random: () => 0.9);
        var decision = policy.Decide(new RetryLaterException("not yet", after is { } seconds ? TimeSpan.FromSeconds(seconds) : null), default);
        Assert.That(decision, Is.EqualTo(new FailureDecision.Retry(new Tries(1, 0), TimeSpan.FromSeconds(delay), IsExpected: true)));
    }

    [Test]
    public void What_is_to_come_later_is_never_dead_of_it() => Assert.That(
        new FailurePolicy(Delays, maxAttempts: 2).Decide(new RetryLaterException("not yet"), new Tries(1000, 1)), Is.InstanceOf<FailureDecision.Retry>());

    private static double Delay(FailureDecision decision) => ((FailureDecision.Retry)decision).Delay.TotalSeconds;
}
