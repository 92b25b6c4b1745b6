using System.Text.Json;

namespace Shop.Chaos;

/// <summary>What is known when all is over, by who wrote it down. The reconciliation looks at nothing else.</summary>
internal sealed record Ledgers
{
    /// <summary>What customers asked for, and what they were told: the driver's own ledger.</summary>
    public required IReadOnlyList<PlacedOrder> Orders { get; init; }

    /// <summary>The event store's log, in order.</summary>
    public required IReadOnlyList<LoggedEvent> Log { get; init; }

    /// <summary>Each order as the Order Event Service reads it.</summary>
    public required IReadOnlyDictionary<Guid, ReadOrder> Views { get; init; }

    /// <summary>The provider's books.</summary>
    public required IReadOnlyList<ProviderMovement> Provider { get; init; }

    /// <summary>The mails that the mail server took.</summary>
    public required IReadOnlyList<TakenMail> Mails { get; init; }

    /// <summary>When the mail server or the mailing service was cut off: the only times at which a mail may have gone twice.</summary>
    public required IReadOnlyList<Period> MailCuts { get; init; }

    /// <summary>What a listener at all exchanges heard.</summary>
    public required IReadOnlyList<TapMessage> Tap { get; init; }

    /// <summary>The broker's queues at the end, but for the dead letters.</summary>
    public required IReadOnlyList<QueueDepth> Queues { get; init; }

    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }

    /// <summary>The malformed messages that were injected.</summary>
    public required IReadOnlyList<Poison> Poison { get; init; }

    /// <summary>Answers that should not have been given, each in a line.</summary>
    public required IReadOnlyList<BadAnswer> BadAnswers { get; init; }

    /// <summary>Secrets, personal data and card numbers found in logs, each in a line.</summary>
    public required IReadOnlyList<string> Leaks { get; init; }

    /// <summary>Services that did not come back, and the like.</summary>
    public required IReadOnlyList<string> Failures { get; init; }
}

/// <summary>What a customer was told in the end.</summary>
internal enum Told
{
    Accepted,
    Rejected,

    /// <summary>No answer, or none that says whether it was done.</summary>
    Unknown,
}

/// <summary>An order as its customer knows it.</summary>
internal sealed class PlacedOrder(string customerId, string email)
{
    public string CustomerId { get; } = customerId;
    public string Email { get; } = email;
    public Told Told { get; set; } = Told.Unknown;
    public Guid? OrderId { get; set; }
    public List<Command> Commands { get; } = [];
}

/// <summary>What a customer, or the warehouse, wanted of an order. <paramref name="Mark"/> stands in the event that it leads to.</summary>
internal sealed record Command(string EventType, string Mark, Told Told, string? Code = null);

/// <summary>An event of the log, as raw JSON.</summary>
internal sealed record LoggedEvent(long Position, Guid OrderId, long Revision, Guid EventId, string Type, JsonElement Data, DateTimeOffset At)
{
    public string Text(string name) => Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    public long Number(string name) => Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : 0;

    public bool IsTrue(string name) => Data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>An order as the service reads it.</summary>
internal sealed record ReadOrder(string Status, long Revision);

/// <summary>A movement of money.</summary>
internal sealed record ProviderMovement(Guid? OrderId, string Kind, string? Attempt, string PaymentIntent, long Amount, string? Status);

/// <summary>A mail. <paramref name="MessageId"/> names the event and the kind.</summary>
internal sealed record TakenMail(string MessageId, string OrderId, IReadOnlyList<string> To, string? Html, DateTimeOffset At);

/// <summary>A message that the listener heard.</summary>
internal sealed record TapMessage(string MessageId, string Type, string Exchange, string RoutingKey, Guid OrderId, Guid EventId, long Revision);

/// <summary>How many messages are in a queue, and with its consumers.</summary>
internal sealed record QueueDepth(string Name, long Ready, long Unacknowledged);

/// <summary>A dead letter. <paramref name="Poison"/>: the id of the malformed message that it is, if it is one.</summary>
internal sealed record DeadLetter(string Queue, string? Poison, string Reason, string Type, string MessageId);

/// <summary>A malformed message and the queues that it went to.</summary>
internal sealed record Poison(string Id, string Kind, IReadOnlyList<string> Queues);

/// <summary>An answer that should not have been given.</summary>
internal sealed record BadAnswer(string Kind, string What);

/// <summary>A span of time.</summary>
internal sealed record Period(DateTimeOffset From, DateTimeOffset To);
