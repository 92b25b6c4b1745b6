namespace Shop.ServiceDefaults.Logs;

/// <summary>
/// The log lines that an operator looks for, by their <c>type</c>. The names are stable. Each line carries what it knows of
/// <c>orderId</c>, <c>eventId</c>, <c>eventType</c> and <c>traceId</c>.
/// </summary>
public static class LogEvents
{
    /// <summary>A service has started.</summary>
    public const string Startup = "STARTUP";

    /// <summary>An event reached a consumer that has not completed it before.</summary>
    public const string EventReceived = "EVENT_RECEIVED";

    /// <summary>An event came again and was discarded.</summary>
    public const string DuplicateEvent = "DUPLICATE_EVENT";

    /// <summary>An order has a new event, and by it may have a new status.</summary>
    public const string StateChange = "STATE_CHANGE";

    /// <summary>What the payment provider said.</summary>
    public const string PaymentResult = "PAYMENT_RESULT";

    /// <summary>A consumer failed unexpectedly; the event comes back.</summary>
    public const string ProcessingError = "PROCESSING_ERROR";

    /// <summary>A consumer cannot act now, as it says itself; the event comes back.</summary>
    public const string ProcessingDeferred = "PROCESSING_DEFERRED";

    /// <summary>An event went to the dead-letter queue.</summary>
    public const string DeadLettered = "DEAD_LETTERED";

    /// <summary>A mail was taken by the mail server.</summary>
    public const string MailSent = "MAIL_SENT";

    /// <summary>A mail is not sent, and why.</summary>
    public const string MailSkipped = "MAIL_SKIPPED";

    /// <summary>A mail goes out again: an earlier try was cut off, and may have arrived.</summary>
    public const string MailRepeated = "MAIL_REPEATED";

    /// <summary>The payment provider is left alone for a while.</summary>
    public const string BreakerOpened = "BREAKER_OPENED";

    /// <summary>The payment provider answers again.</summary>
    public const string BreakerClosed = "BREAKER_CLOSED";

    /// <summary>A connection to the broker was dead without being closed, and is given up for a new one.</summary>
    public const string ConnectionDropped = "CONNECTION_DROPPED";
}
