using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Operations;
using Shop.Sandbox.Storage;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Http;

/// <summary>The part of Stripe's API that is spoken here, as a list.</summary>
internal static class StripeApi
{
    public static void MapStripeApi(this WebApplication app)
    {
        // The settings first: when they are wrong, no file is opened.
        var options = app.Services.GetRequiredService<IOptions<SandboxOptions>>().Value;
        var requests = app.Services.GetRequiredService<Requests>();
        var database = app.Services.GetRequiredService<SqliteDatabase>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        var intents = new PaymentIntents(options.AuthorizationLifetime);
        var refunds = new Refunds(options.RefundDelay);
        var v1 = app.MapGroup("/v1");

        v1.MapPost("/payment_intents", http => requests.Post(http, parameters =>
        {
            var create = CreatePaymentIntent.From(parameters);
            var expand = Rest(parameters);
            return new Operation(books => intents.Create(books, create, expand), create.Confirm is null ? Fault.None : create.Card!.Fault);
        }));
        v1.MapPost("/payment_intents/{id}/confirm", http => requests.Post(http, parameters =>
        {
            var intent = database.Read(session => new Books(session, time.GetUtcNow()).FindIntent(Id(http)));
            var confirmation = Confirmation.From(parameters, intent);
            var expand = Rest(parameters);
            var card = confirmation.Card ?? (intent?.Token is { } token ? TestCard.Find(token) : null);
            return new Operation(books => intents.Confirm(books, Id(http), confirmation, expand), card?.Fault ?? Fault.None);
        }));
        v1.MapPost("/payment_intents/{id}/capture", http => requests.Post(http, parameters =>
        {
            var amount = parameters.Number("amount_to_capture", 1, long.MaxValue);
            parameters.Metadata();
            parameters.Ignore("final_capture", "statement_descriptor_suffix");
            var expand = Rest(parameters);
            return new Operation(books => PaymentIntents.Capture(books, Id(http), amount, expand));
        }));
        v1.MapPost("/payment_intents/{id}/cancel", http => requests.Post(http, parameters =>
        {
            var reason = parameters.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
            var expand = Rest(parameters);
            return new Operation(books => PaymentIntents.Cancel(books, Id(http), reason, expand));
        }));
        v1.MapGet("/payment_intents/search", http => requests.Get(http, Search));
        v1.MapGet("/payment_intents/{id}", http => requests.Get(http, parameters =>
        {
            parameters.Ignore("client_secret");
            return One(http, "payment_intent", "intent");
        }));
        v1.MapGet("/payment_intents", http => requests.Get(http, parameters => List(parameters, "payment_intents")));

        v1.MapGet("/charges/{id}", http => requests.Get(http, _ => One(http, "charge", "id")));
        v1.MapGet("/charges", http => requests.Get(http, parameters => List(parameters, "charges", "payment_intent")));

        v1.MapPost("/refunds", http => requests.Post(http, parameters =>
        {
            var create = CreateRefund.From(parameters);
            var expand = Rest(parameters);
            return new Operation(books => refunds.Create(books, create, expand));
        }));
        v1.MapGet("/refunds/{id}", http => requests.Get(http, _ => One(http, "refund", "refund")));
        v1.MapGet("/refunds", http => requests.Get(http, parameters => List(parameters, "refunds", "payment_intent", "charge")));

        v1.MapGet("/reviews/{id}", http => requests.Get(http, _ => One(http, "review", "review")));
        v1.MapGet("/reviews", http => requests.Get(http, parameters => List(parameters, "reviews")));
        v1.MapPost("/reviews/{id}/approve", http => requests.Post(http, parameters =>
        {
            var expand = Rest(parameters);
            return new Operation(books => Reviews.Approve(books, Id(http), expand));
        }));

        app.MapFallback("/v1/{**path}", http => requests.Answered(http, () => throw new StripeException(404, "invalid_request_error", null,
            $"Unrecognized request URL ({http.Request.Method}: {http.Request.Path}). The sandbox speaks a part of Stripe's API.")));
    }

    private static string Id(HttpContext http) => (string)http.Request.RouteValues["id"]!;

    private static List<string> Rest(Parameters parameters)
    {
        var expand = parameters.List("expand");
        parameters.RefuseOthers();
        return expand;
    }

    private static Func<Books, JsonObject> One(HttpContext http, string kind, string param)
    {
        var id = Id(http);
        return books => books.Show(id) is { } json && json["object"]!.GetValue<string>() == kind
            ? json
            : throw StripeException.Missing(kind, id, param);
    }

    private static Func<Books, JsonObject> List(Parameters parameters, string table, params ReadOnlySpan<string> filters)
    {
        string? filter = null, value = null;
        foreach (var name in filters)
        {
            if (parameters.Text(name) is { } wanted) (filter, value) = (name, wanted);
        }

        var page = new Page(
            (int)(parameters.Number("limit", 1, 100) ?? 10), parameters.Text("starting_after"), parameters.Text("ending_before"));
        if (page is { StartingAfter: not null, EndingBefore: not null })
            throw StripeException.Invalid("ending_before", "You may only specify one of these parameters: ending_before, starting_after.");
        return books =>
        {
            var (data, more) = books.Page(table, filter, value, page);
            return new JsonObject
            {
                ["object"] = "list",
                ["data"] = new JsonArray([.. data]),
                ["has_more"] = more,
                ["url"] = $"/v1/{table}",
            };
        };
    }

    private static Func<Books, JsonObject> Search(Parameters parameters)
    {
        var query = SearchQuery.Parse(parameters.Text("query")
            ?? throw StripeException.Invalid("query", "Missing required param: query.", "parameter_missing"));
        var limit = (int)(parameters.Number("limit", 1, 100) ?? 10);
        var before = long.MaxValue;
        if (parameters.Text("page") is { } page && !long.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            throw StripeException.Invalid("page", "Invalid page: use the next_page of the answer before.");
        return books =>
        {
            var found = new List<(long Seq, PaymentIntent Intent)>();
            var from = before;
            while (found.Count <= limit)
            {
                var some = books.Search(query.Metadata, from, 100);
                found.AddRange(some.Where(hit => (query.Status is null || hit.Intent.Status == query.Status)
                    && (query.Currency is null || hit.Intent.Currency == query.Currency)));
                if (some.Count < 100) break;
                from = some[^1].Seq;
            }

            var more = found.Count > limit;
            if (more) found.RemoveRange(limit, found.Count - limit);
            return new JsonObject
            {
                ["object"] = "search_result",
                ["data"] = new JsonArray([.. found.Select(hit => hit.Intent.ToJson())]),
                ["has_more"] = more,
                ["next_page"] = more ? found[^1].Seq.ToString(CultureInfo.InvariantCulture) : null,
                ["url"] = "/v1/payment_intents/search",
            };
        };
    }
}
