using System.Net;

namespace Shop.Gateway.Tests;

/// <summary>The gateway's own figures are an operator's, and the services' are not reached through it.</summary>
public sealed class MetricsTests
{
    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [Test]
    public async Task An_operator_reads_them()
    {
        using var order = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("X-Api-Key", "dev-storefront"));
        using var answer = await gateway.Send(HttpMethod.Get, "/metrics", ("X-Api-Key", "dev-operator"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("http_server_request_duration_seconds_count{service=\"gateway\",")
            .And.Contain("http_client_request_duration_seconds_count{service=\"gateway\",").And.Not.Contain("5b2f7c1e"));
    }

    [TestCase("dev-storefront", HttpStatusCode.Forbidden)]
    [TestCase("dev-warehouse", HttpStatusCode.Forbidden)]
    [TestCase("nobody", HttpStatusCode.Unauthorized)]
    [TestCase(null, HttpStatusCode.Unauthorized)]
    public async Task Nobody_else_does(string? key, HttpStatusCode status)
    {
        using var answer = key is null
            ? await gateway.Send(HttpMethod.Get, "/metrics")
            : await gateway.Send(HttpMethod.Get, "/metrics", ("X-Api-Key", key));
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Not.Contain("http_server"));
    }

    [TestCase("/api/v1/metrics")]
    [TestCase("/orders/metrics")]
    public async Task The_services_own_are_not_there(string path)
    {
        using var answer = await gateway.Send(HttpMethod.Get, path, ("X-Api-Key", "dev-operator"));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
