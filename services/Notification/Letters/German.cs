namespace Shop.Notification.Letters;

/// <summary>The letters in German.</summary>
public sealed class German : Wording
{
    public override string Language => "de";
    public override NumberStyle Numbers { get; } = new(',', '.', SignFirst: false);

    public override string Order => "Bestellung";
    public override string Subtotal => "Zwischensumme";
    public override string Shipping => "Versand";
    public override string Tax => "Steuern";
    public override string Total => "Gesamtbetrag";
    public override string ShipsTo => "Lieferadresse";
    public override string TrackingNumber => "Sendungsnummer";
    public override string Track => "Sendung verfolgen";
    public override string Footer => "Diese Nachricht wurde automatisch zu Ihrer Bestellung verschickt.";

    public override string Greeting(string? name) => name is null ? "Guten Tag," : $"Guten Tag {name},";

    public override Opening OrderReceived(string number, bool isCancelled) => new(
        $"Wir haben Ihre Bestellung {number} erhalten",
        "Vielen Dank für Ihre Bestellung",
        isCancelled
            ? ["wir haben Ihre Bestellung erhalten. Inzwischen wurde sie storniert; hier noch einmal, worum es ging."]
            : ["wir haben Ihre Bestellung erhalten und melden uns wieder, sobald sie unterwegs ist."],
        "Bestellung ansehen");

    public override Opening PaymentFailed(string number, bool mayPayAgain) => mayPayAgain
        ? new(
            $"Ihre Zahlung für die Bestellung {number} hat nicht geklappt",
            "Ihre Zahlung hat nicht geklappt",
            [
                "die Zahlung für Ihre Bestellung ist leider fehlgeschlagen. Ihnen wurde nichts berechnet.",
                "Ihre Bestellung bleibt für Sie gespeichert. Bitte wählen Sie noch einmal eine Zahlungsart, dieselbe oder eine andere; "
                    + "dann geht es weiter.",
            ],
            "Zahlungsart wählen")
        : new(
            $"Ihre Zahlung für die Bestellung {number} hat nicht geklappt",
            "Ihre Zahlung hat nicht geklappt",
            [
                "die Zahlung für Ihre Bestellung ist leider fehlgeschlagen. Ihnen wurde nichts berechnet.",
                "Ein weiterer Versuch ist für diese Bestellung nicht möglich. Gern können Sie mit einer anderen Zahlungsart neu bestellen.",
            ],
            "Bestellung ansehen");

    public override Opening OrderCancelled(string number, MoneyBack money, string amount) => new(
        $"Ihre Bestellung {number} wurde storniert",
        "Ihre Bestellung wurde storniert",
        [
            "Ihre Bestellung wurde storniert und wird nicht verschickt.",
            money switch
            {
                MoneyBack.Done => $"Wir haben {amount} auf dem Zahlungsweg erstattet, den Sie benutzt haben. "
                    + "Bis der Betrag bei Ihnen erscheint, können einige Werktage vergehen.",
                MoneyBack.OnItsWay => $"Wir erstatten {amount} auf dem Zahlungsweg, den Sie benutzt haben. "
                    + "Bis der Betrag bei Ihnen erscheint, können einige Werktage vergehen.",
                MoneyBack.StillOpen => "Zu diesem Zeitpunkt wurde gerade eine Zahlung bearbeitet. Wir halten sie an; "
                    + "sollte sie dennoch abgebucht werden, erstatten wir sie in voller Höhe.",
                _ => "Ihnen wurde nichts berechnet.",
            },
        ],
        "Bestellung ansehen");

    public override Opening Shipped(string number, string? carrier, int parcels) => new(
        $"Ihre Bestellung {number} ist unterwegs",
        "Ihre Bestellung ist unterwegs",
        [
            (carrier, parcels) switch
            {
                (null, > 1) => $"wir haben Ihre Bestellung in {parcels} Paketen auf den Weg gebracht.",
                (null, _) => "wir haben Ihr Paket auf den Weg gebracht.",
                (_, > 1) => $"wir haben Ihre Bestellung in {parcels} Paketen an {carrier} übergeben.",
                _ => $"wir haben Ihr Paket an {carrier} übergeben.",
            },
        ],
        "Bestellung ansehen");
}
