namespace Shop.ServiceDefaults.Messaging;

/// <summary>The headers that messages carry beside AMQP's own properties.</summary>
public static class MessageHeaders
{
    /// <summary>The id of the request that started the whole flow.</summary>
    public const string CorrelationId = "x-correlation-id";

    /// <summary>W3C trace context.</summary>
    public const string Traceparent = "traceparent";

    /// <summary>Runs that did not complete, so far.</summary>
    public const string Attempts = "x-attempts";

    /// <summary>Runs that failed unexpectedly, so far.</summary>
    public const string Failures = "x-failures";

    public const string OriginalExchange = "x-original-exchange";
    public const string OriginalRoutingKey = "x-original-routing-key";

    /// <summary>
    /// Why a dead letter is dead: <c>malformed</c>, <c>unknown-type</c>, <c>no-consumer</c>, <c>unprocessable</c> or
    /// <c>attempts-spent</c>.
    /// </summary>
    public const string DeadReason = "x-dead-reason";

    public const string DeadException = "x-dead-exception";
    public const string DeadMessage = "x-dead-message";
    public const string DeadStack = "x-dead-stack";
    public const string DeadAttempts = "x-dead-attempts";
    public const string DeadAt = "x-dead-at";
}
