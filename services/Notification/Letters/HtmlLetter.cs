using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Style = Shop.Notification.Letters.LetterStyle;

namespace Shop.Notification.Letters;

/// <summary>
/// Sets a letter as HTML: one column of at most 600 pixels that also reads on a phone and in dark mode. Nothing is loaded from
/// anywhere, and every text goes through <see cref="E(string)"/> on its way in.
/// </summary>
internal static class HtmlLetter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static string Of(LetterContent letter) => $$"""
        <!DOCTYPE html>
        <html lang="{{letter.Wording.Language}}">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="supported-color-schemes" content="light dark">
        <title>{{E(letter.Opening.Subject)}}</title>
        <style>
        {{Style.Sheet}}
        </style>
        </head>
        <body class="page" style="{{Style.Page}}">
        <div style="{{Style.Hidden}}">{{E(letter.Opening.Paragraphs[0])}}</div>
        <div class="card ink" style="{{Style.Card}}">
        <p class="soft" style="{{Style.Kicker}}">{{E(letter.Wording.Order)}} {{E(letter.OrderNumber)}}</p>
        <h1 style="{{Style.Headline}}">{{E(letter.Opening.Headline)}}</h1>
        <p style="{{Style.Paragraph}}">{{E(letter.Greeting)}}</p>
        {{Each(letter.Opening.Paragraphs, text => $"<p style=\"{Style.Paragraph}\">{E(text)}</p>")}}
        {{Each(letter.Parcels, parcel => Parcel(parcel, letter.Wording))}}
        <p style="{{Style.ButtonRow}}">
        <a class="button" href="{{E(letter.OrderLink.AbsoluteUri)}}" style="{{Style.Button}}">{{E(letter.Opening.Button)}}</a>
        </p>
        <table class="ink" style="{{Style.Table}}">
        {{Each(letter.Items, Item)}}
        {{Rule}}
        {{Each(letter.Amounts, Amount)}}
        {{Rule}}
        <tr>
        <th scope="row" style="{{Style.Total}}">{{E(letter.Total.Label)}}</th>
        <td style="{{Style.TotalPrice}}">{{E(letter.Total.Amount)}}</td>
        </tr>
        </table>
        {{Address(letter)}}
        <p class="soft rule" style="{{Style.Footer}}">{{E(letter.Wording.Footer)}}</p>
        </div>
        </body>
        </html>

        """.ReplaceLineEndings("\r\n");

    private const string Rule = $"""<tr><td colspan="2" class="rule" style="{Style.RuleAbove}"></td></tr>""";

    private static string Parcel(LetterParcel parcel, Wording wording) => $"""
        <p class="rule" style="{Style.Parcel}">
        <span class="soft" style="{Style.Small}">{E(wording.TrackingNumber)}</span><br>
        <strong>{Aside(parcel.TrackingNumber)}</strong>{Track(parcel.Link, wording)}
        </p>
        """;

    private static string Track(Uri? link, Wording wording) =>
        link is null ? "" : $"""<br><a class="link" href="{E(link.AbsoluteUri)}" style="{Style.Link}">{E(wording.Track)}</a>""";

    private static string Item(LetterLine item) => $"""
        <tr>
        <th scope="row" style="{Style.Item}">{Aside(item.Name)}<br>
        <span class="soft" style="{Style.Small}">{item.Quantity.ToString(CultureInfo.InvariantCulture)} × {E(item.UnitPrice)}</span></th>
        <td style="{Style.ItemPrice}">{E(item.Price)}</td>
        </tr>
        """;

    private static string Amount(LetterAmount amount) => $"""
        <tr>
        <th scope="row" class="soft" style="{Style.Amount}">{E(amount.Label)}</th>
        <td class="soft" style="{Style.AmountPrice}">{E(amount.Amount)}</td>
        </tr>
        """;

    private static string Address(LetterContent letter) => letter.Address.Count == 0
        ? ""
        : $"""
            <p style="{Style.Address}">
            <span class="soft" style="{Style.Small}">{E(letter.Wording.ShipsTo)}</span><br>
            {string.Join("<br>\n", letter.Address.Select(Aside))}
            </p>
            """;

    // What somebody typed keeps its own direction and leaves that of the letter alone.
    private static string Aside(string text) => $"<bdi>{E(text)}</bdi>";

    private static string E(string text) => Encoder.Encode(text);

    private static string Each<T>(IEnumerable<T> parts, Func<T, string> html) => string.Join('\n', parts.Select(html));
}
