using System.Text;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Histories.Tests;

/// <summary>
/// Customers, staff and the carrier. Nobody of them knows more than he was answered, so anybody may ask for anything at any time.
/// Each act begins something and says what, in a few words.
/// </summary>
internal sealed class People(Scheduler scheduler, Landmarks landmarks, HttpClient customers, HttpClient carriers, OrdersClient staff)
{
    private readonly List<Request> requests = [];
    private int decisions;

    /// <summary>How many orders were asked for.</summary>
    public int Placed { get; private set; }

    /// <summary>A customer places the next order; null when there are enough.</summary>
    public string? Place(string token)
    {
        if (Placed == Names.Orders.Count) return null;
        var letter = Names.Of(Names.Orders[Placed++]);
        return Ask(new Request(HttpMethod.Post, "/orders", SampleOrders.Json(token), letter), $"places {letter}, to be paid by {token}");
    }

    public string Pay(Guid order, string token) => Ask(
        new Request(HttpMethod.Put, $"/orders/{order}/payment", $$"""{"methodToken":"{{token}}"}""", NextKey()),
        $"wants to pay {Names.Of(order)} by {token}");

    public string MoveHouse(Guid order)
    {
        var street = $"{requests.Count} Other Street";
        return Ask(
            new Request(HttpMethod.Put, $"/orders/{order}/shipping-address", SampleOrders.Address(street).ToJsonString(), NextKey()),
            $"wants {Names.Of(order)} sent to {street}");
    }

    public string Cancel(Guid order) => Ask(
        new Request(HttpMethod.Post, $"/orders/{order}/cancel", "{}", NextKey()), $"wants to cancel {Names.Of(order)}");

    /// <summary>The carrier takes a parcel along.</summary>
    public string Ship(Guid order)
    {
        const string Parcel = """{"carrier":"DHL","packages":[{"trackingNumber":"JJD01"}]}""";
        return Ask(new Request(HttpMethod.Post, $"/shipments/{order}/shipped", Parcel, IsCarriers: true), $"says that {Names.Of(order)} has left");
    }

    /// <summary>Somebody who has heard no answer, or is impatient, asks for the same again.</summary>
    public string AskAgain(int which)
    {
        landmarks.Reach(Landmark.CommandRepeated);
        var request = requests[which % requests.Count];
        return Ask(request, $"asks again: {request.Method} {request.Path.Split('/')[^1]}");
    }

    /// <summary>Staff decides about the payment of the last attempt.</summary>
    public string Review(Guid order, int attempt, bool accepts) => Write(
        order, accepts ? new PaymentReviewAccepted(attempt, "grace") : new PaymentReviewDeclined(attempt, "grace"), "");

    /// <summary>Staff wants money to be given back.</summary>
    public string Refund(Guid order, long amount) => Write(
        order, new RefundRequested(NameBasedId.Of("asked", $"{decisions}"), amount, "damaged"), $" ({amount})");

    private string NextKey() => $"key-{requests.Count}";

    private string Ask(Request request, string what)
    {
        if (!requests.Contains(request)) requests.Add(request);
        var (http, who) = request.IsCarriers ? (carriers, "the carrier") : (customers, "the customer");
        scheduler.Start(World.Outside, who, Send);
        return $"{who} {what}";

        async Task Send()
        {
            using var message = new HttpRequestMessage(request.Method, request.Path);
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body)) { Headers = { ContentType = new("application/json") } };
            if (request.Key is not null) message.Headers.Add(Idempotency.KeyHeader, request.Key);
            try
            {
                using var answer = await http.SendAsync(message);
                if ((int)answer.StatusCode == 409 && (await answer.Content.ReadAsStringAsync()).Contains("order-not-cancellable"))
                    landmarks.Reach(Landmark.CancelRefused);
            }
            catch (HttpRequestException)
            {
                landmarks.Reach(Landmark.RequestLost);
            }
        }
    }

    private string Write(Guid order, OrderEvent decision, string detail)
    {
        var id = NameBasedId.Of("decision", $"{decisions++}");
        scheduler.Start(World.Outside, "staff", Send);
        return $"staff writes {EventTypes.Of(decision).Name} of {Names.Of(order)}{detail}";

        async Task Send()
        {
            try
            {
                await staff.Append(order, decision, id, new Cause(id, id), default);
            }
            catch (OrdersUnavailableException)
            {
                landmarks.Reach(Landmark.RequestLost);
            }
        }
    }

    private sealed record Request(HttpMethod Method, string Path, string Body, string? Key = null, bool IsCarriers = false);
}
