using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Journal;

/// <summary>The journal over HTTP: a page, all of it, and whether it is as it was written.</summary>
public static class JournalApi
{
    /// <summary>Maps <c>/admin/journal</c>.</summary>
    public static void MapJournal(this IEndpointRouteBuilder app)
    {
        var journal = app.MapGroup("/admin/journal");
        journal.MapGet("/", Page);
        journal.MapGet("/export", Export);
        journal.MapGet("/verify", Verify);
    }

    private static JsonHttpResult<JournalPage> Page(HttpRequest request, Projections.Projections projections, EventJournal journal)
    {
        var query = new ListQuery(request);
        var (where, after, limit) = (Filter(query), query.Number("after") ?? 0, query.Limit(100));
        query.ThrowIfAny();
        var rows = projections.Read(journal, tables => EventJournal.Read(tables, where, after, limit));
        return TypedResults.Json(new JournalPage([.. rows.Select(row => row.ToEntry())], rows.Count == 0 ? after : rows[^1].Position), ContractsJson.Default.JournalPage);
    }

    private static async Task Export(HttpContext context, Projections.Projections projections, EventJournal journal, CancellationToken cancellation)
    {
        var query = new ListQuery(context.Request);
        var format = query.Choice("format", "jsonl", "csv");
        var (where, after) = (Filter(query), query.Number("after") ?? 0);
        query.ThrowIfAny();
        _ = projections.Read(journal, EventJournal.Head); // while it can still be said that there is no journal yet
        var (response, output) = (context.Response, context.Response.BodyWriter);
        response.ContentType = format == "csv" ? "text/csv; charset=utf-8; header=present" : "application/jsonl";
        List<JournalRow> Read(Func<ServiceDefaults.Sqlite.SqliteSession, List<JournalRow>> read) => projections.Read(journal, read);
        await (format == "csv"
            ? JournalExport.WriteCsv(output, Read, where, after, cancellation)
            : JournalExport.WriteJsonLines(output, Read, where, after, cancellation));
    }

    private static JsonHttpResult<JournalVerification> Verify(HttpRequest request, Projections.Projections projections, EventJournal journal, CancellationToken cancellation)
    {
        var query = new ListQuery(request);
        var (position, hash) = (query.Number("position", 1), query.Text("hash")?.ToLowerInvariant());
        if (position is null != hash is null) query.Error("hash", "A position and its hash, as an earlier answer had them, belong together.");
        query.ThrowIfAny();
        return TypedResults.Json(
            JournalChain.Verify(read => projections.Read(journal, read), projections.Read(journal, EventJournal.Head), position, hash, cancellation),
            ContractsJson.Default.JournalVerification);
    }

    private static Conditions Filter(ListQuery query)
    {
        var where = new Conditions();
        where.AddIf(query.Id("order")?.ToString(), "entity_id = @order", "@order");
        if (query.Text("type") is { } type)
        {
            var names = EventTypes.All.Where(known => known.Name == type).Select(known => known.StoredName).ToList();
            where.AddAny("event_type", names.Count > 0 ? names : [type]);
        }

        where.AddIf(query.Text("agent"), "agent = @agent", "@agent");
        var (from, to) = query.Period();
        where.AddIf(from is { } begin ? Times.Text(begin) : null, "time_observed >= @from", "@from");
        where.AddIf(to is { } end ? Times.Text(end) : null, "time_observed < @to", "@to");
        return where;
    }
}
