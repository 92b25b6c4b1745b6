using System.Text;

namespace Shop.Notification.Letters;

/// <summary>Sets a letter as plain text, for readers and people that want no HTML. Lines end in CRLF, as in all mail.</summary>
internal static class TextLetter
{
    public static string Of(LetterContent letter)
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append("\r\n");

        Line(letter.Greeting);
        foreach (var paragraph in letter.Opening.Paragraphs)
        {
            Line();
            Line(paragraph);
        }

        foreach (var parcel in letter.Parcels)
        {
            Line();
            Line($"{letter.Wording.TrackingNumber}: {parcel.TrackingNumber}");
            if (parcel.Link is { } link) Line(link.AbsoluteUri);
        }

        Line();
        Line($"{letter.Opening.Button}:");
        Line(letter.OrderLink.AbsoluteUri);
        Line();
        Line($"{letter.Wording.Order} {letter.OrderNumber}");
        Line();
        foreach (var item in letter.Items) Line($"{item.Quantity} x {item.Name} ({item.UnitPrice}): {item.Price}");
        Line();
        foreach (var amount in letter.Amounts) Line($"{amount.Label}: {amount.Amount}");
        Line($"{letter.Total.Label}: {letter.Total.Amount}");
        if (letter.Address.Count > 0)
        {
            Line();
            Line($"{letter.Wording.ShipsTo}:");
            foreach (var line in letter.Address) Line(line);
        }

        Line();
        // The mark by which mail readers know a signature.
        Line("-- ");
        Line(letter.Wording.Footer);
        return text.ToString();
    }
}
