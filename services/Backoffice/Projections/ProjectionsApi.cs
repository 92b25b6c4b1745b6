using Shop.Contracts;

namespace Shop.Backoffice.Projections;

/// <summary>The projections themselves: how far each is, and building one anew.</summary>
public static class ProjectionsApi
{
    /// <summary>Maps <c>/admin/projections</c>.</summary>
    public static void MapProjections(this IEndpointRouteBuilder app)
    {
        var all = app.MapGroup("/admin/projections");
        all.MapGet("/", (Projections projections, EventFeed feed) =>
            TypedResults.Json(new ProjectionList(projections.Describe(), feed.LastPosition, feed.Trouble), ContractsJson.Default.ProjectionList));
        all.MapGet("/{name}", (string name, Projections projections) => TypedResults.Json(projections.Describe(name), ContractsJson.Default.ProjectionView));
        all.MapPost("/{name}/rebuild", (string name, Projections projections) =>
        {
            projections.Rebuild(name);
            return TypedResults.Json(projections.Describe(name), ContractsJson.Default.ProjectionView, statusCode: StatusCodes.Status202Accepted);
        });
    }
}
