using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>The dead letters of a service's queue over HTTP, for the back office. Not reached through the gateway.</summary>
public static class DeadLettersApi
{
    /// <summary>A list holds no more than this.</summary>
    public const int MostListed = 1000;

    /// <summary>Maps <c>/dead-letters</c> where a service consumes from a queue; nothing where it does not.</summary>
    internal static void MapDeadLetters(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IDeadLetters))) return;
        var letters = app.MapGroup("/dead-letters").AddEndpointFilter(Outages);
        letters.MapGet("/", List);
        letters.MapPost("/replay", ReplayAll);
        letters.MapGet("/{id}", Find);
        letters.MapPost("/{id}/replay", Replay);
        letters.MapDelete("/{id}", Delete);
    }

    /// <summary>How many a caller wants listed, checked.</summary>
    /// <exception cref="ProblemException">400: it is out of range.</exception>
    public static int Limit(int limit) =>
        limit is >= 1 and <= MostListed ? limit : throw ProblemException.Validation("limit", $"It must be from 1 to {MostListed}.");

    /// <summary>404: there is no dead letter of that id, or none any more.</summary>
    public static ProblemException NotFound() => ProblemException.NotFound("dead-letter-not-found", "There is no such dead letter.");

    private static async Task<IResult> List(IDeadLetters letters, CancellationToken cancellation, int limit = 100) =>
        TypedResults.Json(await letters.List(Limit(limit), cancellation), ContractsJson.Default.DeadLetterPage);

    private static async Task<IResult> Find(string id, IDeadLetters letters, CancellationToken cancellation) =>
        TypedResults.Json(await letters.Find(id, cancellation) ?? throw NotFound(), ContractsJson.Default.DeadLetterDetails);

    private static async Task<IResult> Replay(string id, IDeadLetters letters, CancellationToken cancellation) =>
        TypedResults.Json(await letters.Replay(id, cancellation) ?? throw NotFound(), ContractsJson.Default.Replayed);

    private static async Task<IResult> ReplayAll(IDeadLetters letters, CancellationToken cancellation) =>
        TypedResults.Json(await letters.ReplayAll(cancellation), ContractsJson.Default.Replayed);

    private static async Task<IResult> Delete(string id, IDeadLetters letters, CancellationToken cancellation) =>
        await letters.Delete(id, cancellation) ? TypedResults.NoContent() : throw NotFound();

    private static async ValueTask<object?> Outages(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (BrokerUnavailableException)
        {
            throw ProblemException.Unavailable("The broker");
        }
    }
}
