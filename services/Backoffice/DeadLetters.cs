using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Backoffice;

/// <summary>The dead letters of all queues: list, look at, replay, delete.</summary>
public static class DeadLetters
{
    /// <summary>Maps <c>/admin/dead-letters</c>.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder app)
    {
        var letters = app.MapGroup("/admin/dead-letters");
        letters.MapGet("/", List);
        letters.MapPost("/{queue}/replay", ReplayAll);
        letters.MapGet("/{queue}/{id}", Find);
        letters.MapPost("/{queue}/{id}/replay", Replay);
        letters.MapDelete("/{queue}/{id}", Delete);
    }

    /// <summary>Every queue's dead letters, the oldest first, or one queue's; what could not be asked is named.</summary>
    internal static async Task<DeadLetterOverview> Overview(ShopServices services, string? queue, int limit, CancellationToken cancellation)
    {
        IEnumerable<string> queues = queue is null ? Topology.Queues.Select(known => known.Name) : [Known(queue)];
        var answers = await Task.WhenAll(queues.Select(Ask));
        return new(
            [.. answers.SelectMany(answer => answer.Page?.DeadLetters ?? []).OrderBy(letter => letter.At)],
            [.. answers.Select(answer => answer.Page).OfType<DeadLetterPage>().Select(page => new QueueTotal(page.Queue, page.Total))],
            [.. answers.Select(answer => answer.Away).OfType<Unavailable>()]);

        async Task<(DeadLetterPage? Page, Unavailable? Away)> Ask(string name)
        {
            try
            {
                var page = await services.Send(name, HttpMethod.Get, $"dead-letters?limit={limit}", ContractsJson.Default.DeadLetterPage, cancellation);
                return page is null ? (null, new Unavailable(name, "it knows of no dead letters")) : (page, null);
            }
            catch (ServiceUnavailableException away)
            {
                return (null, new Unavailable(away.Service, away.Reason));
            }
        }
    }

    private static async Task<IResult> List(ShopServices services, CancellationToken cancellation, string? queue = null, int limit = 100) => TypedResults.Json(
        await Overview(services, queue, DeadLettersApi.Limit(limit), cancellation), ContractsJson.Default.DeadLetterOverview);

    private static async Task<IResult> Find(string queue, string id, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
        await services.Send(Known(queue), HttpMethod.Get, PathOf(id), ContractsJson.Default.DeadLetterDetails, cancellation) ?? throw DeadLettersApi.NotFound(),
        ContractsJson.Default.DeadLetterDetails);

    private static async Task<IResult> Replay(string queue, string id, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
        await services.Send(Known(queue), HttpMethod.Post, $"{PathOf(id)}/replay", ContractsJson.Default.Replayed, cancellation) ?? throw DeadLettersApi.NotFound(),
        ContractsJson.Default.Replayed);

    private static async Task<IResult> ReplayAll(string queue, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
        await services.Send(Known(queue), HttpMethod.Post, "dead-letters/replay", ContractsJson.Default.Replayed, cancellation) ?? throw DeadLettersApi.NotFound(),
        ContractsJson.Default.Replayed);

    private static async Task<IResult> Delete(string queue, string id, ShopServices services, CancellationToken cancellation) =>
        await services.Delete(Known(queue), PathOf(id), cancellation) ? TypedResults.NoContent() : throw DeadLettersApi.NotFound();

    private static string PathOf(string id) => $"dead-letters/{Uri.EscapeDataString(id)}";

    private static string Known(string queue) => Topology.Queues.Any(known => known.Name == queue)
        ? queue
        : throw ProblemException.NotFound("queue-not-found", $"There is no such queue. There are: {string.Join(", ", Topology.Queues.Select(known => known.Name))}.");
}
