using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Histories.Tests;

/// <summary>The orders of a history, and how people speak of them.</summary>
internal static class Names
{
    public const string Customer = "customer/c-17";

    private static readonly string[] Letters = ["A", "B"];

    /// <summary>The ids that the Order Event Service gives to orders placed under the keys A and B.</summary>
    public static IReadOnlyList<Guid> Orders { get; } = [.. Letters.Select(letter => NameBasedId.Of("order", Customer, letter))];

    public static string Of(Guid order) => Letters[Orders.ToList().IndexOf(order)];

    public static string Of(RecordedEvent recorded) => $"{EventTypes.Of(recorded.Event).Name} of {Of(recorded.OrderId)}";

    /// <summary>A request in a few words, such as <c>POST /orders/A/events payment-captured</c>.</summary>
    public static string Of(HttpRequestMessage request, byte[] body)
    {
        var what = $"{request.Method} {request.RequestUri!.AbsolutePath}";
        for (var i = 0; i < Letters.Length; i++) what = what.Replace(Orders[i].ToString(), Letters[i]);
        if (!what.EndsWith("/events", StringComparison.Ordinal)) return what;
        using var json = JsonDocument.Parse(body);
        return $"{what} {json.RootElement.GetProperty("type").GetString()}";
    }
}
