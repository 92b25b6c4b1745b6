using System.Diagnostics;

namespace Shop.Gateway;

/// <summary>
/// A trace begins here: what a stranger sends as <c>traceparent</c>, <c>tracestate</c> or <c>baggage</c> could mix its calls into
/// another's trace, hide them from sampling, or travel to every service. The services get the gateway's own.
/// </summary>
internal sealed class OwnTrace : DistributedContextPropagator
{
    public override IReadOnlyCollection<string> Fields => Current.Fields;

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) =>
        Current.Inject(activity, carrier, setter);
}
