using System.Text;
using MassTransit;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// What a delivery says of its past. One that comes back from a retry queue carries in headers where it was first published.
/// </summary>
internal static class DeliveryOrigin
{
    public static string OriginalExchange(this RabbitMqBasicConsumeContext delivery) =>
        delivery.Text(MessageHeaders.OriginalExchange) ?? delivery.Exchange;

    public static string OriginalRoutingKey(this RabbitMqBasicConsumeContext delivery) =>
        delivery.Text(MessageHeaders.OriginalRoutingKey) ?? delivery.RoutingKey ?? "";

    public static string? Traceparent(this RabbitMqBasicConsumeContext delivery) => delivery.Text(MessageHeaders.Traceparent);

    public static Tries Tries(this RabbitMqBasicConsumeContext delivery) =>
        new(delivery.Count(MessageHeaders.Attempts), delivery.Count(MessageHeaders.Failures));

    private static string? Text(this RabbitMqBasicConsumeContext delivery, string header) => delivery.Header(header) switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string text => text,
        _ => null,
    };

    private static int Count(this RabbitMqBasicConsumeContext delivery, string header) =>
        delivery.Header(header) switch
        {
            int count and >= 0 => count,
            long count and >= 0 and <= int.MaxValue => (int)count,
            _ => 0,
        };

    private static object? Header(this RabbitMqBasicConsumeContext delivery, string header) =>
        delivery.Properties.Headers is { } headers && headers.TryGetValue(header, out var value) ? value : null;
}
