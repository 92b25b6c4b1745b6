using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Statistics;

/// <summary>Sales and how far orders get, by the hour.</summary>
public static class StatisticsApi
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(92);

    /// <summary>Maps <c>/admin/statistics</c>.</summary>
    public static void MapStatistics(this IEndpointRouteBuilder app) => app.MapGet("/admin/statistics", Read);

    private static JsonHttpResult<StatisticsView> Read(HttpRequest request, Projections.Projections projections, SalesStatistics statistics, TimeProvider clock)
    {
        var query = new ListQuery(request);
        var (given, until) = query.Period();
        var to = until ?? (given is null ? clock.GetUtcNow() : clock.GetUtcNow() is var now && given + Longest < now ? given.Value + Longest : now);
        var from = SalesStatistics.Hour(given ?? (to - DateTimeOffset.MinValue < Usual ? DateTimeOffset.MinValue : to - Usual));
        if (to - from > Longest + TimeSpan.FromHours(1)) query.Error("to", $"It must not be more than {Longest.Days} days after 'from'.");
        query.ThrowIfAny();
        var hours = projections.Read(statistics, tables => SalesStatistics.Read(tables, from, to));
        var sales = hours.SelectMany(hour => hour.Sales).GroupBy(sales => sales.Currency).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.Aggregate((one, other) => one.With(other)));
        return TypedResults.Json(
            new StatisticsView(from, to, [.. sales], hours.Aggregate(Funnel.Empty, (sum, hour) => sum.With(hour.Funnel)), hours), ContractsJson.Default.StatisticsView);
    }
}
