namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// A message that can never work, however often it is tried: it goes to the dead-letter queue at once. <paramref name="message"/>
/// is shown to operators, so it holds nothing personal.
/// </summary>
public sealed class UnprocessableMessageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Stable and machine-readable: what <c>x-dead-reason</c> says.</summary>
    public string Reason { get; init; } = "unprocessable";
}
