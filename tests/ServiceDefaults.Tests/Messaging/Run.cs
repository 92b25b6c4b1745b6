using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>One call of a consumer.</summary>
public sealed record Run(Message Message, Cause Cause, string? Traceparent);
