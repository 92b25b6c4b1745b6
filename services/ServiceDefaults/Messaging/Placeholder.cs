#pragma warning disable
namespace Shop.ServiceDefaults.Messaging;
public sealed class EventBus { public Task Publish(Shop.Contracts.RecordedEvent recorded, CancellationToken ct) => Task.CompletedTask; }
public static class P {
 public static void AddEventBus(this Microsoft.Extensions.Hosting.IHostApplicationBuilder b) {}
 public static void AddConsumers(this Microsoft.Extensions.Hosting.IHostApplicationBuilder b, Shop.Contracts.QueueTopology q, Action<MassTransit.IRegistrationConfigurator> a) {}
 public static Cause Cause(this MassTransit.ConsumeContext c) => throw new Exception();
}
public sealed class UnprocessableMessageException(string m, Exception? e = null) : Exception(m, e);
public sealed class RetryLaterException(string m, TimeSpan? after = null) : Exception(m);
