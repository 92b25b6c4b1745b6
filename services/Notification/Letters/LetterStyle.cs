namespace Shop.Notification.Letters;

/// <summary>
/// How the HTML letters look. The light colours and all sizes stand at the elements, since many mail readers drop style sheets;
/// the sheet adds dark colours and the narrow layout for those that do not. Every pair of colours has a contrast of 4.5 : 1 or
/// more (WCAG AA).
/// </summary>
internal static class LetterStyle
{
    public const string Sheet = """
        :root { color-scheme: light dark; supported-color-schemes: light dark; }
        @media (prefers-color-scheme: dark) {
          .page { background: #14171a !important; }
          .card { background: #1f2428 !important; border-color: #363d44 !important; }
          .ink { color: #eceff1 !important; }
          .soft { color: #a9b4bd !important; }
          .rule { border-color: #363d44 !important; }
          .button { background: #6fc3a5 !important; color: #0d1f18 !important; }
          .link { color: #8fd6bc !important; }
        }
        @media (max-width: 480px) {
          .page { padding: 0 !important; background: #ffffff !important; }
          .card { padding: 24px 20px !important; border-width: 0 !important; border-radius: 0 !important; }
        }
        @media (max-width: 480px) and (prefers-color-scheme: dark) {
          .page { background: #1f2428 !important; }
        }
        """;

    public const string Page = "margin:0;padding:32px 16px;background:#eef1f0;-webkit-text-size-adjust:100%";

    public const string Card = "box-sizing:border-box;max-width:600px;margin:0 auto;padding:36px 40px;"
        + "background:#ffffff;border:1px solid #dfe4e2;border-radius:12px;" + Ink + ";overflow-wrap:anywhere;"
        + "font:16px/1.55 -apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

    public const string Hidden = "display:none;max-height:0;overflow:hidden";
    public const string Kicker = "margin:0 0 8px;font-size:14px;" + Soft;
    public const string Headline = "margin:0 0 24px;font-size:25px;line-height:1.25;font-weight:650;letter-spacing:-0.01em";
    public const string Paragraph = "margin:0 0 14px";
    public const string Parcel = "margin:18px 0 0;padding:12px 16px;border-radius:8px;border:" + Line;
    public const string ButtonRow = "margin:26px 0 32px";

    public const string Button = "display:inline-block;padding:12px 22px;border-radius:8px;background:#1d6b52;color:#ffffff;"
        + "font-weight:600;text-decoration:none";

    public const string Link = "color:#1d6b52;font-weight:600";
    public const string Small = "font-size:14px;" + Soft;
    public const string Table = "width:100%;border-collapse:collapse;font-size:16px;line-height:1.45;" + Ink;
    public const string Item = "padding:0 12px 12px 0;" + Left + "font-weight:400";
    public const string ItemPrice = "padding:0 0 12px;" + Right;
    public const string Amount = "padding:0 12px 6px 0;" + Left + "font-weight:400;" + Soft;
    public const string AmountPrice = "padding:0 0 6px;" + Right + Soft;
    public const string RuleAbove = "padding:0 0 12px;border-top:" + Line;
    public const string Total = "padding:0 12px 0 0;" + Left + "font-size:17px";
    public const string TotalPrice = "padding:0;" + Right + "font-size:17px;font-weight:700";
    public const string Address = "margin:28px 0 0";
    public const string Footer = "margin:32px 0 0;padding:16px 0 0;font-size:13px;border-top:" + Line + ";" + Soft;

    private const string Ink = "color:#1c2421";
    private const string Soft = "color:#5a6661";
    private const string Line = "1px solid #dfe4e2";
    private const string Left = "text-align:left;vertical-align:top;";
    private const string Right = "text-align:right;vertical-align:top;white-space:nowrap;";
}
