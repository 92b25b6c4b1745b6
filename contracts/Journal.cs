using System.Text.Json;

namespace Shop.Contracts;

/// <summary>An event as the journal holds it.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="EntityId">The order.</param>
/// <param name="Revision">Its place in the order's stream, from 0.</param>
/// <param name="Agent">Who brought it about, as <c>kind/id</c>.</param>
/// <param name="EventType">The name under which it is stored, such as <c>shipped/v1</c>.</param>
/// <param name="TimeOccurred">When it happened, by the agent's clock.</param>
/// <param name="TimeObserved">When it was recorded.</param>
/// <param name="Data">What it says.</param>
/// <param name="Hash">SHA-256 over the row and the hash before it; absent when the journal is kept without.</param>
public sealed record JournalEntry(
    long Position, Guid EntityId, long Revision, string Agent, string EventType, DateTimeOffset TimeOccurred, DateTimeOffset TimeObserved, JsonElement Data,
    string? Hash = null);

/// <summary>A page of the journal, in order. <paramref name="Next"/> is what to pass as <c>after</c> for the next page.</summary>
public sealed record JournalPage(IReadOnlyList<JournalEntry> Entries, long Next);

/// <summary>
/// Whether the journal is as it was written: so many rows were found good, up to that position, whose hash is the head. Kept
/// elsewhere and shown again, the head also tells whether the journal was written anew.
/// </summary>
public sealed record JournalVerification(bool IsIntact, long Rows, long LastPosition, string? Head = null, JournalBreak? Break = null);

/// <summary>
/// Where the journal is not as it was written. <paramref name="Kind"/> is <c>changed</c>, <c>removed</c>, <c>rewritten</c> or
/// <c>not-chained</c>.
/// </summary>
public sealed record JournalBreak(string Kind, string Message, long? Position = null);
