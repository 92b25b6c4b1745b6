using Microsoft.Extensions.Configuration;
using Shop.Local;
using Shop.ServiceDefaults;

var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
var url = settings["urls"] ?? "http://127.0.0.1:8080";
var data = Path.GetFullPath(settings["data"] ?? ".shop");

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

try
{
    await using var shop = new LocalShop(args, url, data);
    await shop.Start();
    Tour.Print(shop, Console.Out);
    await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    Console.WriteLine("Stopping…");
    return 0;
}
catch (Exception exception) when (ServiceHost.StartupMessage(exception) is not null)
{
    await Console.Error.WriteLineAsync($"error: {ServiceHost.StartupMessage(exception)}");
    return 1;
}
