using System.Text;
using Shop.ServiceDefaults;

namespace Shop.Deliveries.Tests;

/// <summary>The signature of a webhook: who can make one, and what it does not hold for.</summary>
public sealed class WebhookSignatureTests
{
    private const string Secret = "a-secret-of-24-characters";
    private const string Other = "another-secret-of-its-own";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_767_225_600);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"sequence":17}""");

    [Test]
    public void It_is_what_another_implementation_of_HMAC_makes_of_timestamp_and_body() => Assert.That(
        WebhookSignature.Sign([Secret], At, Body), Is.EqualTo("t=1767225600,v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6"));

    [Test]
    public void The_receiver_knows_it_by_the_secret()
    {
        var header = WebhookSignature.Sign([Secret], At, Body);
        Assert.Multiple(() =>
        {
            Assert.That(Verify(header, [Secret]), Is.True);
            Assert.That(Verify(header, [Other]), Is.False, "another secret");
            Assert.That(Verify(header, []), Is.False, "no secret");
            Assert.That(WebhookSignature.Verify(header, [Secret], At, Tolerance, Encoding.UTF8.GetBytes("""{"sequence":18}""")), Is.False, "another body");
        });
    }

    [Test]
    public void While_a_secret_is_replaced_both_sides_may_know_two_and_one_in_common_is_enough()
    {
        Assert.That(Verify(WebhookSignature.Sign([Other, Secret], At, Body), [Secret]), Is.True, "the shop has both, the receiver the old one");
        Assert.That(Verify(WebhookSignature.Sign([Other, Secret], At, Body), [Other]), Is.True, "the shop has both, the receiver the new one");
        Assert.That(Verify(WebhookSignature.Sign([Secret], At, Body), [Other, Secret]), Is.True, "the receiver has both");
    }

    [TestCase(-301, false)]
    [TestCase(-300, true)]
    [TestCase(300, true)]
    [TestCase(301, false)]
    public void It_holds_for_a_few_minutes(int seconds, bool holds) => Assert.That(
        WebhookSignature.Verify(WebhookSignature.Sign([Secret], At, Body), [Secret], At.AddSeconds(seconds), Tolerance, Body), Is.EqualTo(holds));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("t=1767225600")]
    [TestCase("v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    [TestCase("t=1767225600,v1=")]
    [TestCase("t=1767225600,v1=zz")]
    [TestCase("t=1767225601,v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    [TestCase("t=-1767225600,v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    [TestCase("t=1767225600,v0=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    [TestCase("t=99999999999999999999,v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    [TestCase("t=9223372036854775807,v1=7520fe368bb8ead8e7e87c6a35b4ae16c4bf8f6b0856119d3e043afaf7e267e6")]
    public void Anything_else_is_no_signature(string? header) => Assert.That(Verify(header, [Secret]), Is.False);

    private static bool Verify(string? header, string[] secrets) => WebhookSignature.Verify(header, secrets, At, Tolerance, Body);
}
