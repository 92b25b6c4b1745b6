using System.Net;
using System.Net.Sockets;

namespace Shop.Pages.Tests;

/// <summary>The line between a browser and the shop, which a test may cut and mend: while it is cut, nothing passes and nobody gets in.</summary>
public sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Uri shop;
    private readonly Task accepting;
    private CancellationTokenSource whole = new();

    public Cable(Uri shop)
    {
        this.shop = shop;
        listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = Accept();
    }

    /// <summary>The browser's end.</summary>
    public Uri Url { get; }

    public void Cut() => whole.Cancel();

    public void Mend() => whole = new CancellationTokenSource();

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        Cut();
        listener.Dispose();
        await accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true) _ = Carry(await listener.AcceptTcpClientAsync(closing.Token), whole.Token);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task Carry(TcpClient browser, CancellationToken cut)
    {
        using (browser)
        using (var service = new TcpClient())
        {
            try
            {
                cut.ThrowIfCancellationRequested();
                await service.ConnectAsync(shop.Host, shop.Port, cut);
                await Task.WhenAny(
                    browser.GetStream().CopyToAsync(service.GetStream(), cut), service.GetStream().CopyToAsync(browser.GetStream(), cut));
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
            {
                // Cut, or hung up.
            }
        }
    }
}
