using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Journal;

/// <summary>
/// Whether the journal is as it was written. A row that was changed, removed, added or put elsewhere breaks the chain there; rows that
/// are missing at the end are told by the head. Who rewrites all that follows, and the head, is found only by whoever has kept an
/// earlier head and shows it.
/// </summary>
internal static class JournalChain
{
    private const int PageSize = 2000;

    /// <summary>Reads all rows up to the head.</summary>
    public static JournalVerification Verify(
        Func<Func<SqliteSession, List<JournalRow>>, List<JournalRow>> read, (long Rows, long Position, string? Hash) head, long? knownPosition, string? knownHash,
        CancellationToken cancellation)
    {
        var (rows, last, hash) = (0L, 0L, (string?)null);
        while (last < head.Position)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = read(tables => EventJournal.Read(tables, new Conditions(), last, PageSize));
            foreach (var row in page.TakeWhile(row => row.Position <= head.Position))
            {
                var expected = EventJournal.Hash(hash, row);
                if (row.Hash is null && hash is null && head.Hash is null) return Broken(null, "not-chained", "The journal is kept without a hash chain (setting Journal:HashChain).");
                if (row.Hash != expected)
                {
                    return row.Position == last + 1
                        ? Broken(row.Position, "changed", "The row is not as it was written, or not where it was.")
                        : Broken(row.Position, "removed", $"Between this row and that of position {last} rows are missing, or it was changed.");
                }

                if (row.Position == knownPosition && row.Hash != knownHash)
                    return Broken(row.Position, "rewritten", "The row's hash is not the one that was shown: it, or one before it, was written anew.");
                (rows, last, hash) = (rows + 1, row.Position, row.Hash);
            }

            if (page.Count == 0) break;
        }

        if (last < head.Position || rows != head.Rows || hash != head.Hash)
            return Broken(head.Position, "removed", $"The journal's last row is that of position {last}, and was that of position {head.Position}: {head.Rows - rows} are missing.");
        if (knownPosition > head.Position)
            return Broken(knownPosition, "removed", $"The journal ends at position {head.Position}, before the one that was shown.");
        return new(true, rows, last, hash, null);

        JournalVerification Broken(long? position, string kind, string message) => new(false, rows, last, hash, new(kind, message, position));
    }
}
