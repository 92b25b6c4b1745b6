using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Projections;

/// <summary>
/// Tables that follow from the log and from nothing else: a handler for each event that matters to them. A handler is given the
/// tables and the event, and nothing by which it could publish, charge or mail; it asks no clock and draws no ids, so that the
/// same log always gives the same tables. A new projection is a class of this kind, and is found by itself.
/// </summary>
/// <param name="name">By which operators speak of it; also its files' name.</param>
/// <param name="schema">The statements that create its tables. When they change, it is built anew.</param>
/// <param name="version">To be raised when handlers change what they write: then it is built anew.</param>
public abstract class Projection(string name, string schema, int version = 1)
{
    private readonly Dictionary<Type, Action<SqliteSession, RecordedEvent>> handlers = [];
    private readonly HashSet<string> handled = [];
    private Action<SqliteSession, LogEvent>? everyHandler;

    public string Name => name;

    public string Schema => schema;

    public int Version => version;

    /// <summary>Why this projection cannot go past an event; null when it can.</summary>
    /// <remarks>
    /// It stops at an event of which this version of the shop knows nothing, and at another version of one that it handles: what it
    /// would tell from then on could be wrong. Versions of what it does not handle are not its business.
    /// </remarks>
    public string? Obstacle(LogEvent happened)
    {
        if (everyHandler is not null) return null;
        try
        {
            if (EventTypes.Find(happened.StoredName) is { } type)
            {
                if (handlers.ContainsKey(type.Json.Type)) _ = happened.Recorded;
                return null;
            }

            return !handled.Contains(happened.Envelope.Type) && EventTypes.All.Any(known => known.Name == happened.Envelope.Type)
                ? null
                : $"Unknown event type '{happened.StoredName}'.";
        }
        catch (UnreadableEventException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>Brings the tables up to date with one more event, for which there is no <see cref="Obstacle"/>.</summary>
    public void Apply(SqliteSession tables, LogEvent happened)
    {
        everyHandler?.Invoke(tables, happened);
        if (EventTypes.Find(happened.StoredName) is { } type && handlers.TryGetValue(type.Json.Type, out var handler)) handler(tables, happened.Recorded);
    }

    /// <summary>What to do about an event of that type.</summary>
    protected void On<T>(Action<SqliteSession, RecordedEvent, T> handler) where T : OrderEvent
    {
        handlers.Add(typeof(T), (tables, recorded) => handler(tables, recorded, (T)recorded.Event));
        handled.Add(EventTypes.Of<T>().Name);
    }

    /// <summary>What to do about an event of any other type that is known.</summary>
    protected void OnOthers(Action<SqliteSession, RecordedEvent> handler)
    {
        foreach (var type in EventTypes.All)
        {
            if (handlers.TryAdd(type.Json.Type, handler)) handled.Add(type.Name);
        }
    }

    /// <summary>What to do about every event, whatever its type, as it came.</summary>
    protected void OnEvery(Action<SqliteSession, LogEvent> handler) => everyHandler = handler;
}
