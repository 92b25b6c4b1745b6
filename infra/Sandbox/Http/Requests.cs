using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Http;

/// <summary>
/// Carries out requests under <c>/v1</c>. A POST with an <c>Idempotency-Key</c> is done once: the objects and the answer are
/// written in one transaction, so there is no moment at which a crash could leave one without the other.
/// </summary>
public sealed partial class Requests(
    SqliteDatabase database, IdempotencyKeys keys, Faults faults, IOptions<SandboxOptions> options, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<Requests> log)
{
    private const int LongestKey = 255;

    // Keys whose first request is still being worked on. In memory only: one process owns the database, and work that a crash
    // interrupted has left nothing behind.
    private readonly ConcurrentDictionary<string, bool> running = new();

    /// <summary>Answers a GET from what is committed.</summary>
    public Task Get(HttpContext http, Func<Parameters, Func<Books, JsonObject>> read) => Answered(http, async () =>
    {
        var parameters = await ParametersOf(http.Request);
        var expand = parameters.List("expand");
        var show = read(parameters);
        parameters.RefuseOthers();
        return database.Read(session =>
        {
            var books = new Books(session, time.GetUtcNow());
            return (Answer?)Answer.Ok(show(books).Expand(expand, books));
        });
    });

    /// <summary>Carries out a POST, once for each idempotency key.</summary>
    public Task Post(HttpContext http, Func<Parameters, Operation> plan) => Answered(http, async () =>
    {
        var key = KeyOf(http.Request);
        var parameters = await ParametersOf(http.Request);
        var fingerprint = parameters.Fingerprint(http.Request.Method, http.Request.Path);
        if (key is null) return await Carry(http, key, fingerprint, plan(parameters));

        if (keys.Find(key, fingerprint) is { } kept) return Replay(http, kept);
        if (!running.TryAdd(key, true))
        {
            http.Response.Headers["Stripe-Should-Retry"] = "true";
            throw new StripeException(409, "idempotency_error", "idempotency_key_in_use",
                "There is currently another in-progress request using this Idempotency Key (that probably means you submitted twice, " +
                "and the other request is still going through). Please try again later.");
        }

        try
        {
            // Between the first look and the claim the other request may have finished.
            if (keys.Find(key, fingerprint) is { } meanwhile) return Replay(http, meanwhile);
            return await Carry(http, key, fingerprint, plan(parameters), done: () => running.TryRemove(key, out _));
        }
        finally
        {
            running.TryRemove(key, out _);
        }
    });

    private async Task<Answer?> Carry(HttpContext http, string? key, byte[] fingerprint, Operation operation, Action? done = null)
    {
        if (operation.Fault == Fault.ErrorOnce && await keys.FirstTime(key ?? Convert.ToHexString(fingerprint)))
            throw StripeException.Api(500, "An error occurred with our connection to the card network. Nothing was done.");

        // The bank goes on when the caller has hung up; only the end of the process stops it.
        if (operation.Fault == Fault.Slow) await Task.Delay(options.Value.SlowDelay, time, lifetime.ApplicationStopping);

        var answer = await Done(key, fingerprint, operation);

        Advise(http, answer, kept: key is not null);
        if (operation.Fault == Fault.Timeout)
        {
            // The work is done: whoever asks again with the key is answered while this caller still waits.
            done?.Invoke();
            using var over = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            await Task.Delay(options.Value.TimeoutDelay, time, over.Token);
        }

        if (operation.Fault != Fault.LostReply && !faults.DropsReply()) return answer;
        http.Abort();
        return null;
    }

    private async Task<Answer> Done(string? key, byte[] fingerprint, Operation operation)
    {
        try
        {
            return await database.Write(session =>
            {
                var books = new Books(session, time.GetUtcNow());
                var result = operation.Work(books);
                if (operation.Fault == Fault.ErrorKept && result.Status == 200)
                    result = Answer.Of(StripeException.Api(500, "An unknown error occurred."));
                if (key is not null) IdempotencyKeys.Keep(session, key, fingerprint, result, books.Now);
                return result;
            });
        }
        catch (StripeException refusal)
        {
            // The transaction has left nothing behind. That it was refused is kept by itself.
            var result = Answer.Of(refusal);
            if (key is not null) await database.Write(session => IdempotencyKeys.Keep(session, key, fingerprint, result, time.GetUtcNow()));
            return result;
        }
    }

    private static Answer Replay(HttpContext http, Answer kept)
    {
        http.Response.Headers["Idempotent-Replayed"] = "true";
        Advise(http, kept, kept: true);
        return kept;
    }

    // Stripe's libraries try a 500 again by themselves, which is no use when the key would only repeat it.
    private static void Advise(HttpContext http, Answer answer, bool kept)
    {
        if (kept && answer.Status >= 500) http.Response.Headers["Stripe-Should-Retry"] = "false";
    }

    /// <summary>Sends what <paramref name="work"/> yields; whatever it throws becomes an error in Stripe's form.</summary>
    public async Task Answered(HttpContext http, Func<Task<Answer?>> work)
    {
        Answer? answer;
        try
        {
            if (options.Value.Latency > TimeSpan.Zero) await Task.Delay(options.Value.Latency, time, http.RequestAborted);
            await faults.Gate(http);
            answer = await work();
        }
        catch (StripeException refusal)
        {
            answer = Answer.Of(refusal);
        }
        catch (BadHttpRequestException bad)
        {
            answer = Answer.Of(new StripeException(bad.StatusCode, "invalid_request_error", null, "The request cannot be read."));
        }
        catch (OperationCanceledException)
        {
            // The caller went away, or the process is about to: nobody can be answered.
            http.Abort();
            return;
        }
        catch (Exception exception)
        {
            LogFailure(log, exception, http.Response.Headers["Request-Id"].ToString());
            answer = Answer.Of(StripeException.Api(500, "An unknown error occurred."));
        }

        if (answer is not null) await answer.Send(http.Response);
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var header)) return null;
        var key = header.ToString();
        if (key.Length is 0 or > LongestKey || header.Count > 1)
            throw StripeException.Invalid(null, $"Idempotency-Key must be a single value of 1 to {LongestKey} characters.");
        return key;
    }

    private static async Task<Parameters> ParametersOf(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method)) return new Parameters(Flatten(request.Query));
        if (request.ContentLength is null or 0 && request.ContentType is null) return new Parameters([]);
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            throw new StripeException(400, "invalid_request_error", null, "Bodies must be sent as application/x-www-form-urlencoded.");
        try
        {
            return new Parameters(Flatten(await request.ReadFormAsync(request.HttpContext.RequestAborted)));
        }
        catch (InvalidDataException)
        {
            throw new StripeException(400, "invalid_request_error", null, "The form has too many or too long parameters.");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> values) =>
        values.SelectMany(pair => pair.Value, (pair, value) => KeyValuePair.Create(pair.Key, value ?? ""));

    [LoggerMessage(LogLevel.Error, "{RequestId} failed.")]
    private static partial void LogFailure(ILogger log, Exception exception, string requestId);
}
