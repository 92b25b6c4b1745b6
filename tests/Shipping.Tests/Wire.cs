namespace Shop.Shipping.Tests;

/// <summary>Between shipping and the Order Event Service: a test may end the handler before a request goes out, or when its answer is in.</summary>
internal sealed class Wire : DelegatingHandler
{
    /// <summary>Called with what is asked (the event's name, or <c>read</c>), before it is.</summary>
    public Action<string> Before { get; set; } = _ => { };

    /// <summary>Called with what was asked, when it is done and its answer has not been handed on.</summary>
    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = "read";
        if (request.Content is not null)
        {
            using var body = System.Text.Json.JsonDocument.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
            asked = body.RootElement.GetProperty("type").GetString()!.Split('/')[0];
        }

        Before(asked);
        var response = await base.SendAsync(request, cancellationToken);
        await After(asked);
        return response;
    }
}

/// <summary>The process has ended here.</summary>
internal sealed class CrashException() : Exception("the process has ended");
