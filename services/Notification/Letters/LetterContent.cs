namespace Shop.Notification.Letters;

/// <summary>
/// All that a letter says, in its language and in its order, before it is set as text or as HTML. Every string is clean
/// (<see cref="CustomerText"/>) and not yet escaped.
/// </summary>
internal sealed record LetterContent(
    Wording Wording,
    Opening Opening,
    string Greeting,
    IReadOnlyList<LetterParcel> Parcels,
    Uri OrderLink,
    string OrderNumber,
    IReadOnlyList<LetterLine> Items,
    IReadOnlyList<LetterAmount> Amounts,
    LetterAmount Total,
    IReadOnlyList<string> Address);

/// <summary>A parcel: its number, and where to follow it when the carrier says so.</summary>
internal sealed record LetterParcel(string TrackingNumber, Uri? Link);

/// <summary>One line of the order, with its money written out.</summary>
internal sealed record LetterLine(string Name, int Quantity, string UnitPrice, string Price);

/// <summary>One amount of the order's totals.</summary>
internal sealed record LetterAmount(string Label, string Amount);
