using System.Globalization;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>An order as it stood: after a revision, or at a moment by the Order Event Service's own clock.</summary>
public static class TimeTravel
{
    /// <summary>The part of the stream that had happened by then; all of it when nothing is asked.</summary>
    /// <exception cref="ProblemException">400: not a revision, not a time, or both asked. 404: the order did not exist, or has no such revision.</exception>
    public static IReadOnlyList<RecordedEvent> Cut(IReadOnlyList<RecordedEvent> stream, string? revision, string? at)
    {
        if (revision is not null && at is not null) throw ProblemException.Validation("at", "Ask for a revision or for a time, not for both.");
        if (revision is not null)
        {
            if (!long.TryParse(revision, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
                throw ProblemException.Validation("revision", "It must be a whole number from 0.");
            return wanted < stream.Count
                ? [.. stream.Take((int)wanted + 1)]
                : throw ProblemException.NotFound("revision-not-found", $"The order has no revision {wanted}; its last is {stream.Count - 1}.");
        }

        if (at is null) return stream;
        // In a query string a bare '+' means a space, and is common in times such as 2026-01-01T00:00:00+00:00.
        if (!DateTimeOffset.TryParse(at.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            throw ProblemException.Validation("at", "It must be a time of RFC 3339, such as 2026-01-01T00:00:00Z.");
        RecordedEvent[] had = [.. stream.TakeWhile(recorded => recorded.Metadata.TimeObserved <= time)];
        return had.Length > 0 ? had : throw ProblemException.NotFound("order-not-found", "There was no such order at that time.");
    }
}
