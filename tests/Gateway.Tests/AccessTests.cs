using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Gateway.Tests;

public sealed class AccessTests
{
    private const string Order = GatewayUnderTest.OrderPath;

    private static readonly string[] Good = ["storefront", "warehouse", "operator", "the own token", "another order's token"];

    private static readonly string[] Credentials =
    [
        "nothing", "an empty key", "an unknown key", "a key's hash", "the services' key", "a malformed token", "basic credentials",
        "an expired token", "a forged token", "a tampered token", "an unknown key and the own token",
        .. Good,
    ];

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    private static IEnumerable<TestCaseData> EveryRouteByEveryCredential()
    {
        (string Method, string Path, string[] Allowed)[] routes =
        [
            ("POST", "/api/v1/orders", ["storefront"]),
            ("GET", Order, ["storefront", "the own token"]),
            ("GET", Order + "/timeline", ["storefront", "the own token"]),
            ("GET", Order + "/stream", ["storefront", "the own token"]),
            ("PUT", Order + "/payment", ["storefront", "the own token"]),
            ("PUT", Order + "/shipping-address", ["storefront", "the own token"]),
            ("POST", Order + "/cancel", ["storefront", "the own token"]),
            ("POST", GatewayUnderTest.ShippedPath, ["warehouse"]),
            ("GET", "/api/v1/admin/reviews", ["operator"]),
            ("GET", "/api/v1/admin/deliveries", ["operator"]),
            ("GET", "/api/v1/admin/deliveries/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c12", ["operator"]),
            ("POST", "/api/v1/admin/deliveries/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c12/redeliver", ["operator"]),
            ("POST", "/api/v1/admin/approved-orders/ack", ["operator"]),
            ("POST", "/api/v1/admin/reviews/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/accept", ["operator"]),
            ("POST", "/api/v1/admin/reviews/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/decline", ["operator"]),
            ("POST", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/refunds", ["operator"]),
            ("POST", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/notes", ["operator"]),
            ("POST", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/cancel", ["operator"]),
            ("GET", "/api/v1/admin/dead-letters", ["operator"]),
            ("GET", "/api/v1/admin/dead-letters/payment/a1", ["operator"]),
            ("POST", "/api/v1/admin/dead-letters/payment/a1/replay", ["operator"]),
            ("POST", "/api/v1/admin/dead-letters/payment/replay", ["operator"]),
            ("DELETE", "/api/v1/admin/dead-letters/payment/a1", ["operator"]),
            ("GET", "/api/v1/admin/stuck-orders", ["operator"]),
            ("POST", "/api/v1/admin/stuck-orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/nudge", ["operator"]),
            ("GET", "/api/v1/admin/orders", ["operator"]),
            ("GET", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11", ["operator"]),
            ("GET", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/diff", ["operator"]),
            ("GET", "/api/v1/admin/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/events", ["operator"]),
            ("GET", "/api/v1/admin/customers/c-17/orders", ["operator"]),
            ("GET", "/api/v1/admin/approved-orders", ["operator"]),
            ("GET", "/api/v1/admin/statistics", ["operator"]),
            ("GET", "/api/v1/admin/projections", ["operator"]),
            ("GET", "/api/v1/admin/projections/journal", ["operator"]),
            ("POST", "/api/v1/admin/projections/journal/rebuild", ["operator"]),
            ("GET", "/api/v1/admin/journal", ["operator"]),
            ("GET", "/api/v1/admin/journal/export", ["operator"]),
            ("GET", "/api/v1/admin/journal/verify", ["operator"]),
            ("GET", "/api/v1/admin/events", ["operator"]),
            ("GET", "/api/v1/admin/events/stream", ["operator"]),
            ("GET", "/api/v1/admin/events/socket", ["operator"]),
            ("GET", "/api/v1/admin/commands", ["operator"]),
        ];
        foreach (var (method, path, allowed) in routes)
        {
            foreach (var credential in Credentials)
            {
                var expected = allowed.Contains(credential) ? (path == "/api/v1/orders" ? HttpStatusCode.Created : HttpStatusCode.OK)
                    : credential == "another order's token" && path.StartsWith(Order, StringComparison.Ordinal) ? HttpStatusCode.NotFound
                    : Good.Contains(credential) ? HttpStatusCode.Forbidden
                    : HttpStatusCode.Unauthorized;
                yield return new TestCaseData(method, path, credential, expected)
                    .SetName($"{method} {path.Replace(Order, "/order")} with {credential}");
            }
        }
    }

    [TestCaseSource(nameof(EveryRouteByEveryCredential))]
    public async Task Only_who_may_call_reaches_the_service(string method, string path, string credential, HttpStatusCode expected)
    {
        using var response = await gateway.Send(new HttpMethod(method), path, Headers(credential));

        if ((int)expected < 400)
        {
            Assert.That(response.StatusCode, Is.EqualTo(expected));
            Assert.That(gateway.Services.Requests, Has.Count.EqualTo(1));
            return;
        }

        await response.Problem(expected, expected switch
        {
            HttpStatusCode.Unauthorized => "unauthorized",
            HttpStatusCode.Forbidden => "forbidden",
            _ => "order-not-found",
        });
        Assert.That(gateway.Services.Requests, Is.Empty, "a refused request reached a service");
        Assert.That(response.Headers.WwwAuthenticate, expected == HttpStatusCode.Unauthorized ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public void The_matrix_holds_every_route() =>
        Assert.That(EveryRouteByEveryCredential().Count(), Is.EqualTo(gateway.Routes.Count * Credentials.Length));

    [Test]
    public async Task What_names_no_policy_lets_nobody_in()
    {
        var fallback = await gateway.Parts.GetRequiredService<IAuthorizationPolicyProvider>().GetFallbackPolicyAsync();
        foreach (var caller in Scopes.All.Select(scope => Caller.WithKey("somebody", scope)).Append(Caller.WithOrderToken(StubService.OrderId)))
        {
            var result = await gateway.Parts.GetRequiredService<IAuthorizationService>().AuthorizeAsync(caller, null, fallback!);
            Assert.That(result.Succeeded, Is.False);
        }
    }

    [Test]
    public async Task An_unknown_credential_is_told_from_none()
    {
        using var none = await gateway.Send(HttpMethod.Get, Order);
        using var expired = await gateway.Send(HttpMethod.Get, Order, Headers("an expired token"));

        Assert.That(none.Headers.WwwAuthenticate.ToString(), Does.Contain("Bearer").And.Not.Contain("invalid_token"));
        Assert.That(expired.Headers.WwwAuthenticate.ToString(), Does.Contain("invalid_token"));
    }

    [Test]
    public async Task Somebody_elses_order_answers_as_an_unknown_one_does()
    {
        using var elses = await gateway.Send(HttpMethod.Get, Order, Headers("another order's token"));
        using var unknown = await gateway.Send(HttpMethod.Get, $"/api/v1/orders/{Guid.NewGuid()}", Headers("another order's token"));

        Assert.That(await WithoutTrace(elses), Is.EqualTo(await WithoutTrace(unknown)));
        Assert.That(elses.Headers.Select(header => header.Key), Is.EquivalentTo(unknown.Headers.Select(header => header.Key)));
    }

    [TestCase("/API/V1/ORDERS/5B2F7C1E-4D0A-5C3B-9A57-0D2F6A0F7C11")]
    [TestCase("/api/v1/orders/5b2f7c1e4d0a5c3b9a570d2f6a0f7c11")]
    [TestCase("/api/v1/orders/%7B5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11%7D")]
    [TestCase("/api/v1/orders/%205b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11%20/")]
    public async Task A_token_opens_its_order_and_no_other_however_the_path_spells_the_id(string path)
    {
        using var own = await gateway.Send(HttpMethod.Get, path, Headers("the own token"));
        Assert.That(own.StatusCode, Is.EqualTo(HttpStatusCode.OK));

        using var others = await gateway.Send(HttpMethod.Get, path, Headers("another order's token"));
        Assert.That(others.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_token_of_another_gateway_with_the_same_keys_is_good()
    {
        using var response = await gateway.Send(
            HttpMethod.Get, Order, ("Authorization", $"Bearer {gateway.Token(StubService.OrderId, TimeSpan.FromDays(1))}"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Pages_health_and_the_description_are_open_and_nothing_else_is()
    {
        foreach (var open in new[] { "/", "/docs", "/health/live", "/health/ready", "/openapi/v1.json", "/asyncapi/v1.json" })
        {
            using var response = await gateway.Send(HttpMethod.Get, open);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), open);
        }

        string[] others = ["/index.html", "/health", "/openapi", "/swagger", "/favicon.ico", "/.env", "/api/v1", "/api/v1/admin", "/api/v1/admin/secrets"];
        foreach (var unknown in others)
        {
            using var response = await gateway.Send(HttpMethod.Get, unknown);
            await response.Problem(HttpStatusCode.NotFound, "not-found");
        }
    }

    private static async Task<string> WithoutTrace(HttpResponseMessage response)
    {
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return string.Join('\n', problem.EnumerateObject().Where(member => member.Name != "traceId").Select(member => member.ToString()));
    }

    private (string, string)[] Headers(string credential)
    {
        static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");
        return credential switch
        {
            "nothing" => [],
            "an empty key" => [("X-Api-Key", "")],
            "an unknown key" => [("X-Api-Key", "dev-storefronT")],
            "a key's hash" => [("X-Api-Key", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("dev-storefront"u8)))],
            "the services' key" => [("X-Api-Key", "dev-service")],
            "a malformed token" => [Bearer("not a token")],
            "basic credentials" => [("Authorization", "Basic ZGV2LXN0b3JlZnJvbnQ6")],
            "an expired token" => [Bearer(gateway.Token(StubService.OrderId, TimeSpan.FromSeconds(-1)))],
            "a forged token" => [Bearer(GatewayUnderTest.ForgedToken(StubService.OrderId))],
            "a tampered token" => [Bearer(gateway.OwnToken[..40] + (gateway.OwnToken[40] == 'A' ? 'B' : 'A') + gateway.OwnToken[41..])],
            "an unknown key and the own token" => [("X-Api-Key", "nobody's"), Bearer(gateway.OwnToken)],
            "the own token" => [Bearer(gateway.OwnToken)],
            "another order's token" => [Bearer(gateway.Token(new Guid("00000000-0000-4000-8000-000000000002"), TimeSpan.FromDays(1)))],
            _ => [("X-Api-Key", $"dev-{credential}")],
        };
    }
}
