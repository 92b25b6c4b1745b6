using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Shop.Testing;

namespace Shop.Benchmarks;

/// <summary>The local host: how soon it takes an order, and how much memory it wants.</summary>
internal static class LocalFigures
{
    public static async Task Measure(Plan plan, Table table)
    {
        var (seconds, idle, loaded, rates, errors) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), 0L);
        for (var i = 0; i < plan.Rounds; i++)
        {
            using var folder = new TemporaryFolder();
            var url = new Uri($"http://127.0.0.1:{FreePort()}");
            var request = HttpLoad.Post(url, "/api/v1/orders", SampleOrders.Json(), ("X-Api-Key", "dev-storefront"));
            var watch = Stopwatch.StartNew();
            using var local = Start(url, folder.Path);
            try
            {
                await FirstOrder(url, request, local);
                seconds.Add(watch.Elapsed.TotalSeconds);
                await Task.Delay(2000);
                idle.Add(Megabytes(local));
                var load = await HttpLoad.Run(url, [request], 201, plan.HttpRound * 2);
                loaded.Add(Megabytes(local));
                rates.Add(load.PerSecond);
                errors += load.Errors;
            }
            finally
            {
                local.Kill();
                await local.WaitForExitAsync();
            }
        }

        table.Add(
            "Local host: start to first 201", "", Seconds(seconds), "",
            $"< 3 s: {(Table.Median(seconds) < 3 ? "reached" : "missed")}");
        table.Add(
            "Local host: memory after start, and after a load of 64 connections", "",
            $"{Table.Median(idle):0} MB, {Table.Median(loaded):0} MB (at most {loaded.Max():0})", "",
            errors > 0 ? $"void: {errors} errors" : $"< 300 MB: {(loaded.Max() < 300 ? "reached" : "missed")}");
        table.Note($"The local host takes {Table.Number(Table.Median(rates))} orders a second while it also pays and prepares them.");
    }

    private static Process Start(Uri url, string folder)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var assembly = Path.Combine(Repository.Root, "infra/Local/bin", configuration, "net10.0", "Local.dll");
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "exec dotnet \"$0\" \"$@\" >log 2>&1", assembly, $"--urls={url.ToString().TrimEnd('/')}", $"--data={folder}/data",
                "--RateLimits:Enabled=false",
            },
            WorkingDirectory = folder,
        };
        return Process.Start(start)!;
    }

    private static async Task FirstOrder(Uri url, byte[] request, Process local)
    {
        while (true)
        {
            try
            {
                using var connection = new HttpConnection(url);
                await connection.Open();
                if (await connection.Send(request) == 201) return;
            }
            catch (SocketException)
            {
                if (local.HasExited) throw new InvalidOperationException("The local host has ended.");
            }

            await Task.Delay(10);
        }
    }

    private static double Megabytes(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 / 1048576.0;
    }

    private static string Seconds(List<double> values) => string.Create(
        CultureInfo.InvariantCulture, $"{Table.Median(values):0.00} s ({values.Min():0.00}–{values.Max():0.00})");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
