using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Shop.Contracts;

namespace Shop.Gateway.Tests;

public sealed partial class OpenApiTests
{
    private static readonly Dictionary<string, Type> Schemas = new()
    {
        ["PlaceOrder"] = typeof(PlaceOrder),
        ["PlaceOrderCustomer"] = typeof(PlaceOrderCustomer),
        ["PlaceOrderItem"] = typeof(PlaceOrderItem),
        ["AddressBody"] = typeof(AddressBody),
        ["UpdatePayment"] = typeof(UpdatePayment),
        ["CancelOrder"] = typeof(CancelOrder),
        ["DecideReview"] = typeof(DecideReview),
        ["RefundOrder"] = typeof(RefundOrder),
        ["AddNote"] = typeof(AddNote),
        ["ShipOrder"] = typeof(ShipOrder),
        ["PackageBody"] = typeof(PackageBody),
        ["Order"] = typeof(OrderView),
        ["Payment"] = typeof(PaymentView),
        ["PaymentMethod"] = typeof(PaymentMethod),
        ["PaymentAttempt"] = typeof(PaymentAttempt),
        ["Refund"] = typeof(RefundView),
        ["Shipping"] = typeof(ShippingView),
        ["Address"] = typeof(Address),
        ["Package"] = typeof(Package),
        ["OrderItem"] = typeof(OrderItem),
        ["OrderTotals"] = typeof(OrderTotals),
        ["Customer"] = typeof(CustomerView),
        ["Cancellation"] = typeof(CancellationView),
        ["Timeline"] = typeof(Timeline),
        ["TimelineEntry"] = typeof(TimelineEntry),
        ["DeadLetter"] = typeof(DeadLetter),
        ["DeadLetterDetails"] = typeof(DeadLetterDetails),
        ["DeadLetterOverview"] = typeof(DeadLetterOverview),
        ["QueueTotal"] = typeof(QueueTotal),
        ["Unavailable"] = typeof(Unavailable),
        ["Replayed"] = typeof(Replayed),
        ["PaymentReviews"] = typeof(PaymentReviews),
        ["PaymentReview"] = typeof(PaymentReview),
        ["StuckOrders"] = typeof(StuckOrders),
        ["StuckOrder"] = typeof(StuckOrder),
        ["Nudged"] = typeof(Nudged),
        ["OrderPage"] = typeof(OrderPage),
        ["OrderSummary"] = typeof(OrderSummary),
        ["CustomerOrdersPage"] = typeof(CustomerOrdersPage),
        ["CustomerTotals"] = typeof(CustomerTotals),
        ["ApprovalPage"] = typeof(ApprovalPage),
        ["Acknowledgement"] = typeof(Acknowledgement),
        ["Delivery"] = typeof(Delivery),
        ["DeliveryAttempt"] = typeof(DeliveryAttempt),
        ["DeliveryDetails"] = typeof(DeliveryDetails),
        ["DeliveryPage"] = typeof(DeliveryPage),
        ["Approval"] = typeof(Approval),
        ["ApprovedOrder"] = typeof(ApprovedOrder),
        ["Statistics"] = typeof(StatisticsView),
        ["HourStatistics"] = typeof(HourStatistics),
        ["Sales"] = typeof(Sales),
        ["Funnel"] = typeof(Funnel),
        ["ProjectionList"] = typeof(ProjectionList),
        ["Projection"] = typeof(ProjectionView),
        ["Rebuild"] = typeof(RebuildView),
        ["JournalPage"] = typeof(JournalPage),
        ["JournalEntry"] = typeof(JournalEntry),
        ["JournalVerification"] = typeof(JournalVerification),
        ["JournalBreak"] = typeof(JournalBreak),
        ["EventPage"] = typeof(EventPage),
        ["Event"] = typeof(EventEnvelope),
        ["EventMetadata"] = typeof(EventMetadata),
        ["Agent"] = typeof(Agent),
        ["OrderHistory"] = typeof(OrderHistory),
        ["OrderDifference"] = typeof(OrderDifference),
        ["OrderChange"] = typeof(OrderChange),
        ["CommandPage"] = typeof(CommandPage),
        ["Command"] = typeof(CommandRecord),
    };

    private GatewayUnderTest gateway = null!;
    private JsonNode document = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        gateway = await GatewayUnderTest.Start();
        document = JsonNode.Parse(await gateway.Client.GetStringAsync("/openapi/v1.json"))!;
    }

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [Test]
    public async Task The_description_is_json_of_openapi_3_1()
    {
        using var response = await gateway.Client.GetAsync("/openapi/v1.json");

        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That((string?)document["openapi"], Is.EqualTo("3.1.0"));
    }

    [Test]
    public void It_describes_the_routes_and_no_others()
    {
        var routes = gateway.Routes.Select(route => $"{route.Match.Methods!.Single()} {Constraint().Replace(route.Match.Path!, "")}");

        Assert.That(Operations().Select(operation => $"{operation.Method} {operation.Path}"), Is.EquivalentTo(routes));
    }

    [Test]
    public void It_says_who_may_call_as_the_routes_do()
    {
        var routes = gateway.Routes.ToDictionary(
            route => $"{route.Match.Methods!.Single()} {Constraint().Replace(route.Match.Path!, "")}", route => route.AuthorizationPolicy);
        foreach (var (method, path, operation) in Operations())
        {
            var expected = routes[$"{method} {path}"] == Access.Customer
                ? """[{"apiKey":["storefront"]},{"orderToken":[]}]"""
                : $$"""[{"apiKey":["{{routes[$"{method} {path}"]}}"]}]""";
            Assert.That(operation["security"]!.ToJsonString(), Is.EqualTo(expected), $"{method} {path}");
        }
    }

    [Test]
    public void Every_operation_names_its_path_parameters_and_takes_an_idempotency_key_when_it_writes()
    {
        foreach (var (method, path, operation) in Operations())
        {
            var parameters = new[] { document["paths"]![path]!["parameters"], operation["parameters"] }
                .OfType<JsonArray>().SelectMany(array => array).Select(parameter => Resolve(parameter!)).ToList();
            var inPath = parameters.Where(parameter => (string?)parameter["in"] == "path").Select(parameter => (string)parameter["name"]!);
            Assert.That(inPath, Is.EquivalentTo(InBraces().Matches(path).Select(match => match.Groups[1].Value)), path);
            var takesKey = parameters.Any(parameter => (string?)parameter["name"] == "Idempotency-Key");
            // What else operators do writes no event of its own, and is as harmless the second time.
            var writes = method != "GET" && (!path.StartsWith("/api/v1/admin/", StringComparison.Ordinal)
                || path.StartsWith("/api/v1/admin/reviews/", StringComparison.Ordinal) || path.StartsWith("/api/v1/admin/orders/", StringComparison.Ordinal));
            Assert.That(takesKey, Is.EqualTo(writes), $"{method} {path}");
        }
    }

    [TestCaseSource(nameof(SchemaNames))]
    public void A_schema_has_the_members_of_its_contract(string name)
    {
        var schema = document["components"]!["schemas"]![name]!;
        var contract = ContractsJson.Default.GetTypeInfo(Schemas[name])!;

        Assert.That(Members(schema), Is.EquivalentTo(contract.Properties.Select(property => property.Name)));
        var required = contract.Properties
            .Where(property => property.IsRequired && !property.IsSetNullable).Select(property => property.Name).ToList();
        // What a request must hold is the services' validation to say; its contract leaves everything optional.
        if (required.Count > 0) Assert.That(Required(schema), Is.EquivalentTo(required));
        foreach (var property in contract.Properties)
            AssertFits(schema["properties"]![property.Name]!, property.PropertyType, $"{name}.{property.Name}");
    }

    [Test]
    public void Every_schema_is_checked_against_a_contract_but_the_gateways_own() =>
        Assert.That(
            document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key),
            Is.EquivalentTo(Schemas.Keys.Append("PlacedOrder").Append("Problem")));

    [Test]
    public void Every_reference_leads_somewhere()
    {
        var references = Everything(document).OfType<JsonObject>().Select(node => (string?)node["$ref"]).OfType<string>().ToList();

        Assert.That(references, Is.Not.Empty);
        foreach (var reference in references) Assert.That(Follow(reference), Is.Not.Null, reference);
    }

    [Test]
    public void Every_example_reads_as_its_contract()
    {
        var read = 0;
        var contents = Everything(document).OfType<JsonObject>()
            .Where(node => node["example"] is not null && node["schema"]?["$ref"] is not null);
        foreach (var content in contents)
        {
            var name = ((string)content["schema"]!["$ref"]!).Split('/')[^1];
            if (name == "Problem") continue;
            var type = Schemas[name == "PlacedOrder" ? "Order" : name];
            Assert.That(content["example"].Deserialize(ContractsJson.Default.GetTypeInfo(type)!), Is.Not.Null);
            var members = content["example"]!.AsObject().Select(member => member.Key);
            var schemas = document["components"]!["schemas"]!;
            Assert.That(members, Is.SubsetOf(
                name == "PlacedOrder" ? [.. Members(schemas["Order"]!), "orderToken"] : Members(schemas[name]!)), name);
            read++;
        }

        Assert.That(read, Is.GreaterThanOrEqualTo(Operations().Count()));
    }

    [Test]
    public void It_lists_the_codes_of_the_contract_and_where_they_come()
    {
        string[] codes =
        [
            "validation-failed", "raw-card-data-rejected", "total-mismatch", "idempotency-key-reused", "payment-update-not-allowed",
            "order-cancelled",
            "attempts-exhausted", "shipping-address-locked", "order-not-cancellable", "order-already-cancelled", "shipment-not-prepared",
            "already-shipped", "order-not-found", "unauthorized", "forbidden", "too-many-requests", "payload-too-large",
            "unsupported-media-type",
            "temporarily-unavailable", "idempotency-key-malformed", "revision-mismatch",
        ];
        var listed = Follow("#/components/schemas/Problem/properties/code/examples")!.AsArray().Select(code => (string)code!).ToList();
        Assert.That(codes, Is.SubsetOf(listed));

        var responses = document["components"]!["responses"]!.AsObject()
            .Select(response => (string)response.Value!["description"]!).ToList();
        foreach (var code in listed.Except(["not-found", "method-not-allowed"]))
            Assert.That(responses, Has.Some.Contains(code), code);
    }

    private static IEnumerable<string> SchemaNames() => Schemas.Keys;

    private IEnumerable<(string Method, string Path, JsonNode Operation)> Operations() =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Key != "parameters"
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value);

    private JsonNode Resolve(JsonNode node) => (string?)node["$ref"] is { } reference ? Follow(reference)! : node;

    private JsonNode? Follow(string reference) => reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, step) => node?[step]);

    private static IEnumerable<string> Members(JsonNode schema) => schema["properties"]!.AsObject().Select(member => member.Key);

    private static IEnumerable<string> Required(JsonNode schema) => schema["required"]?.AsArray().Select(member => (string)member!) ?? [];

    private static IEnumerable<JsonNode> Everything(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => Everything(member.Value)).Prepend(map),
        JsonArray array => array.SelectMany(Everything).Prepend(array),
        null => [],
        _ => [node],
    };

    /// <summary>The type, format, reference or words of a member are those of its property.</summary>
    private static void AssertFits(JsonNode schema, Type declared, string where)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var reference = ((string?)schema["$ref"])?.Split('/')[^1];
        if (type.IsEnum)
        {
            var words = Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName);
            Assert.That(schema["enum"]?.AsArray().Select(word => (string)word!), Is.EqualTo(words), where);
        }
        else if (type == typeof(JsonElement))
        {
            Assert.That(schema["type"] ?? schema["$ref"], Is.Null, where);
        }
        else if (Schemas.ContainsValue(type))
        {
            Assert.That(reference is null ? null : Schemas[reference], Is.EqualTo(type), where);
        }
        else
        {
            var kind = type == typeof(long) ? "integer/int64" : type == typeof(int) ? "integer/int32" : type == typeof(bool) ? "boolean/"
                : type == typeof(double) ? "number/double"
                : type == typeof(Guid) ? "string/uuid" : type == typeof(DateTimeOffset) ? "string/date-time"
                : type == typeof(string) ? "string/"
                : type.Name.StartsWith("IReadOnlyDictionary", StringComparison.Ordinal) ? "object/" : "array/";
            var written = $"{schema["type"]}/{(kind == "string/" ? null : schema["format"])}";
            Assert.That(written, Is.EqualTo(kind), where);
            if (kind == "array/") AssertFits(schema["items"]!, type.GetGenericArguments()[0], where + "[]");
        }
    }

    [GeneratedRegex(":guid")]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex InBraces();
}
