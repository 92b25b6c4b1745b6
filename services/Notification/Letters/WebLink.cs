namespace Shop.Notification.Letters;

/// <summary>A link that a letter may hold: absolute, http or https, without a user name that would pass itself off as the host.</summary>
internal static class WebLink
{
    private const int Longest = 2000;

    /// <summary>The link; null when the text is none that may be shown.</summary>
    public static Uri? Of(string? text) =>
        text is { Length: <= Longest }
        && !text.Any(char.IsControl)
        && Uri.TryCreate(text, UriKind.Absolute, out var link)
        && (link.Scheme == Uri.UriSchemeHttps || link.Scheme == Uri.UriSchemeHttp)
        && link.UserInfo.Length == 0
            ? link
            : null;
}
