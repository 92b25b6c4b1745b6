using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>A message's properties for a copy of it in another queue of the same broker.</summary>
internal static class MessageCopy
{
    // Set by the broker on what is redelivered or dead-lettered: they tell of the original, and grow with every round.
    private static readonly string[] BrokerHeaders =
        ["x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-delivery-count"];

    /// <summary>The properties, persistent, and their headers, which the caller may change.</summary>
    public static (BasicProperties Properties, Dictionary<string, object?> Headers) Of(IReadOnlyBasicProperties original)
    {
        var properties = new BasicProperties(original);
        var headers = original.Headers is { } given ? new Dictionary<string, object?>(given) : [];
        foreach (var header in BrokerHeaders) headers.Remove(header);
        properties.Headers = headers;
        properties.Persistent = true;

        // A foreign publisher's properties that would act once more on the copy: its expiry would take the message out of the
        // dead-letter queue, its user is not ours (the broker would close the channel), its CC would send copies elsewhere.
        if (properties.IsExpirationPresent()) headers["x-original-expiration"] = properties.Expiration;
        properties.ClearExpiration();
        if (properties.IsUserIdPresent()) headers["x-original-user-id"] = properties.UserId;
        properties.ClearUserId();
        if (headers.Remove("CC", out var copies)) headers["x-original-cc"] = copies;
        return (properties, headers);
    }
}
