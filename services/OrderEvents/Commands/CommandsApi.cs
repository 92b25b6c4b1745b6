using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents.Commands;

/// <summary>The command log, and reading it over HTTP, for the back office. Not reached through the gateway.</summary>
internal static class CommandsApi
{
    /// <summary>Adds the log; its file is in that folder.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used.</exception>
    public static void AddCommandLog(this WebApplicationBuilder builder, string folder)
    {
        builder.Services.AddOptions<CommandLogOptions>().Bind(builder.Configuration.GetSection("CommandLog"))
            .Validate(options => options.MaxEntries > 0 && options.Retention > TimeSpan.Zero, "CommandLog: MaxEntries and Retention must be more than nothing.")
            .ValidateOnStart();
        var database = CommandLog.Open(folder);
        builder.Services.AddSingleton(services => new CommandLog(
            database, services.GetRequiredService<IOptions<CommandLogOptions>>().Value, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<CommandLog>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<CommandLog>());
    }

    /// <summary>Records commands from here on, and maps <c>/commands</c>.</summary>
    public static void UseCommandLog(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CommandLogOptions>>().Value.Enabled) app.UseMiddleware<CommandLogging>();
        app.MapGet("/commands", List);
    }

    private static JsonHttpResult<CommandPage> List(HttpRequest request, CommandLog log)
    {
        var query = new ListQuery(request);
        var where = new Conditions();
        where.AddIf(query.Id("order")?.ToString(), "order_id = @order", "@order");
        where.AddIf(query.Text("agent"), "agent = @agent", "@agent");
        where.AddIf(query.Text("command"), "command = @command", "@command");
        where.AddIf(query.Text("type"), "event_type = @type", "@type");
        where.AddIf(query.Text("code"), "code = @code", "@code");
        var outcomes = query.Words<CommandOutcome>("outcome");
        var (from, to) = query.Period();
        where.AddIf(from?.ToUnixTimeMilliseconds(), "at >= @from", "@from");
        where.AddIf(to?.ToUnixTimeMilliseconds(), "at < @to", "@to");
        where.AddIf(query.Number("before"), "id < @before", "@before");
        var limit = query.Limit();
        query.ThrowIfAny();
        where.AddAny("outcome", [.. outcomes.Select(word => (object)(int)Enum.Parse<CommandOutcome>(word, ignoreCase: true))]);
        var found = log.Read(where, limit + 1);
        return TypedResults.Json(
            new CommandPage([.. found.Take(limit)], log.Dropped, found.Count > limit ? found[limit - 1].Id : null), ContractsJson.Default.CommandPage);
    }
}
