using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Http;

/// <summary>
/// What Stripe does not have: faults that can be switched on, and the ledger, from which a test learns what really happened to an
/// order's money, whatever the shop believes.
/// </summary>
internal static class ControlApi
{
    private const int PageSize = 1000;

    public static void MapControlApi(this WebApplication app)
    {
        var sandbox = app.MapGroup("/sandbox");
        sandbox.MapGet("/faults", (Faults faults) => Results.Json(FaultsDocument.Of(faults.Settings), ControlJson.Default.FaultsDocument));
        sandbox.MapPut("/faults", async (HttpContext http, Faults faults) =>
        {
            var document = await JsonBody.Read(http.Request, ControlJson.Default.FaultsDocument, http.RequestAborted);
            faults.Settings = document.ToSettings();
            return Results.Json(FaultsDocument.Of(faults.Settings), ControlJson.Default.FaultsDocument);
        });
        sandbox.MapGet("/ledger", WriteLedger);
    }

    // NDJSON, page by page: the ledger may be longer than memory, and a reader may start before its end.
    private static async Task WriteLedger(HttpContext http, SqliteDatabase database, TimeProvider time, string? orderId)
    {
        http.Response.ContentType = "application/x-ndjson";
        var current = new List<LedgerMovement>();
        string? order = null;
        var after = ("", 0L);
        while (true)
        {
            var page = database.Read(session =>
            {
                var books = new Books(session, time.GetUtcNow());
                return books.Movements(orderId, after, PageSize).ConvertAll(line => (line.Seq, Order: line.Movement.OrderId,
                    Movement: LedgerMovement.Of(line.Movement, books)));
            });
            foreach (var (seq, orderOfLine, movement) in page)
            {
                if (order is not null && orderOfLine != order) await Flush();
                order = orderOfLine;
                after = (orderOfLine, seq);
                current.Add(movement);
            }

            if (page.Count < PageSize) break;
        }

        if (order is not null) await Flush();

        async Task Flush()
        {
            var line = LedgerLine.Of(order, current);
            byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, ControlJson.Default.LedgerLine), (byte)'\n'];
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            current.Clear();
        }
    }
}

/// <summary>The faults as they are read and written: <c>{"mode":"rate-limit","latencyMs":0,"rate":0.5}</c>.</summary>
internal sealed record FaultsDocument(string Mode, int? LatencyMs = null, double? Rate = null)
{
    private const int LongestLatencyMs = 600_000;
    private const int SlowByDefaultMs = 1000;

    private static readonly Dictionary<string, FaultMode> Modes = new()
    {
        ["none"] = FaultMode.None,
        ["down"] = FaultMode.Down,
        ["slow"] = FaultMode.Slow,
        ["errors"] = FaultMode.Errors,
        ["rate-limit"] = FaultMode.RateLimit,
        ["lost-reply"] = FaultMode.LostReply,
    };

    public static FaultsDocument Of(FaultSettings settings) =>
        new(Modes.First(mode => mode.Value == settings.Mode).Key, (int)settings.Latency.TotalMilliseconds, settings.Rate);

    public FaultSettings ToSettings()
    {
        if (Mode is null || !Modes.TryGetValue(Mode, out var mode))
            throw ProblemException.Validation("mode", $"Must be one of {string.Join(", ", Modes.Keys)}.");
        if (LatencyMs is < 0 or > LongestLatencyMs)
            throw ProblemException.Validation("latencyMs", $"Must be between 0 and {LongestLatencyMs}.");
        if (Rate is { } rate && rate is not (>= 0 and <= 1))
            throw ProblemException.Validation("rate", "Must be between 0 and 1.");
        return new FaultSettings(mode, TimeSpan.FromMilliseconds(LatencyMs ?? (mode == FaultMode.Slow ? SlowByDefaultMs : 0)), Rate ?? 1);
    }
}

/// <summary>An order's line of the ledger. <c>Refunded</c> counts what succeeded and did not fail later.</summary>
internal sealed record LedgerLine(
    string? OrderId, string Currency, long Authorized, long Captured, long Voided, long Refunded, long RefundsPending, long RefundsFailed,
    int Declines, List<LedgerMovement> Movements)
{
    public static LedgerLine Of(string? order, List<LedgerMovement> movements)
    {
        long Sum(string kind, string? status = null) =>
            movements.Where(movement => movement.Kind == kind && (status is null || movement.Status == status))
                .Sum(movement => movement.Amount);
        return new LedgerLine(order, movements[0].Currency, Sum("authorization"), Sum("capture"), Sum("void"), Sum("refund", "succeeded"),
            Sum("refund", "pending"), Sum("refund", "failed"), movements.Count(movement => movement.Kind == "decline"), movements);
    }
}

/// <summary>One movement. A refund has a status, which depends on when one looks.</summary>
internal sealed record LedgerMovement(
    string Kind, string? Attempt, string PaymentIntent, string Reference, long Amount, string Currency, DateTimeOffset At, string? Status)
{
    public static LedgerMovement Of(Movement movement, Books books) => new(
        movement.Kind, movement.Attempt, movement.PaymentIntent, movement.Reference, movement.Amount, movement.Currency, movement.At,
        movement.Kind == "refund" ? books.FindRefund(movement.Reference)!.StatusAt(books.Now) : null);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FaultsDocument))]
[JsonSerializable(typeof(LedgerLine))]
internal sealed partial class ControlJson : JsonSerializerContext;
