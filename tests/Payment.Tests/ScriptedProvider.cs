using System.Collections.Concurrent;
using Shop.Payment.Provider;

namespace Shop.Payment.Tests;

/// <summary>A provider that does what the test says, at the very moment that it is asked.</summary>
internal sealed class ScriptedProvider : IPaymentProvider
{
    public const string PaymentId = "pi_1";

    public Func<Task<Authorization>> OnAuthorize { get; set; } = () => Task.FromResult<Authorization>(new Authorization.Authorized(PaymentId));

    public Func<Task<Settlement>> OnCapture { get; set; } = () => Task.FromResult(Settlement.Captured);

    public Func<Task<Settlement>> OnVoid { get; set; } = () => Task.FromResult(Settlement.Voided);

    public Func<Task<ProviderRefund>> OnRefund { get; set; } = () => Task.FromResult(new ProviderRefund("re_1"));

    public Func<Task<ProviderRefund>> OnFindRefund { get; set; } = () => Task.FromResult(new ProviderRefund("re_1"));

    /// <summary>What was asked, in order, such as <c>capture pi_1</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    public ConcurrentQueue<AuthorizationRequest> Requests { get; } = [];

    public async Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation)
    {
        Calls.Enqueue($"authorize {request.Attempt}");
        Requests.Enqueue(request);
        return await OnAuthorize();
    }

    public async Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation)
    {
        Calls.Enqueue($"capture {paymentId}");
        return await OnCapture();
    }

    public async Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation)
    {
        Calls.Enqueue($"void {paymentId}");
        return await OnVoid();
    }

    public async Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation)
    {
        Calls.Enqueue($"find {providerRefundId}");
        return await OnFindRefund();
    }

    public async Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation)
    {
        Calls.Enqueue($"refund {refundId} {amount}");
        return await OnRefund();
    }
}
