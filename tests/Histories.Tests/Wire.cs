namespace Shop.Histories.Tests;

/// <summary>
/// The network between two processes: a request waits before it arrives, and its answer before it is heard. Either can be lost; a
/// server that dies takes the connection along.
/// </summary>
internal sealed class Wire(Scheduler scheduler, string server, Func<HttpRequestMessage, byte[], Task<HttpResponseMessage>> handle) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var what = Names.Of(request, body);
        if (!await scheduler.Pause($"asks {what}")) throw new HttpRequestException("The request was lost.");
        var answered = new TaskCompletionSource<HttpResponseMessage>();
        scheduler.Start(
            server, $"{server} ({what})",
            async () => answered.TrySetResult(await handle(request, body)),
            killed: () => answered.TrySetException(new HttpRequestException("The server is gone.")));
        var answer = await answered.Task;
        return await scheduler.Pause($"is answered {(int)answer.StatusCode} to {what}") ? answer : throw new HttpRequestException("The answer was lost.");
    }
}
