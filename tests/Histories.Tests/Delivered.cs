using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MassTransit;
using Shop.Contracts.Messages;

namespace Shop.Histories.Tests;

/// <summary>A message in a consumer's hands: as much of MassTransit's context as the consumers look at.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "The proxies derive from these.")]
internal class Delivered : DispatchProxy
{
    private Message message = null!;

    public static ConsumeContext<T> Of<T>(T message) where T : Message
    {
        var context = Create<ConsumeContext<T>, Delivered>();
        ((Delivered)(object)context).message = message;
        return context;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        "get_Message" => message,
        "get_MessageId" => message.EventId,
        "get_CancellationToken" => CancellationToken.None,
        "get_Headers" => Create<Headers, NoHeaders>(),
        var other => throw new NotSupportedException($"A consumer looks at {other}."),
    };

    [SuppressMessage("Performance", "CA1852", Justification = "The proxies derive from these.")]
    internal class NoHeaders : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
