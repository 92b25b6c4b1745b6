using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Shop.ServiceDefaults;

/// <summary>
/// The argument <c>health</c>: asks the service of the same settings that runs already whether it is ready. For containers, whose
/// images hold no other program that could ask. Exits with 0 when it is, else with 1 and what it answered.
/// </summary>
internal static class HealthCommand
{
    public const string Argument = "health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> Run(string[] args)
    {
        var settings = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables().AddCommandLine(args).Build();
        // http://+:8081 is an address to listen at, and none to call.
        var address = BindingAddress.Parse((settings["Urls"] ?? "http://127.0.0.1:5000").Split(';')[0]);
        var host = address.Host is "+" or "*" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host;
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"{address.Scheme}://{host}:{address.Port}/health/ready"));
            if (answer.IsSuccessStatusCode) return 0;
            await Console.Error.WriteLineAsync(await answer.Content.ReadAsStringAsync());
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
        }

        return 1;
    }
}
