namespace Shop.Notification.Letters;

/// <summary>The letters in French.</summary>
public sealed class French : Wording
{
    public override string Language => "fr";
    public override NumberStyle Numbers { get; } = new(',', '\u202F', SignFirst: false);

    public override string Order => "Commande";
    public override string Subtotal => "Sous-total";
    public override string Shipping => "Livraison";
    public override string Tax => "Taxes";
    public override string Total => "Total";
    public override string ShipsTo => "Adresse de livraison";
    public override string TrackingNumber => "Numéro de suivi";
    public override string Track => "Suivre le colis";
    public override string Footer => "Ce message vous a été envoyé automatiquement à la suite de votre commande.";

    public override string Greeting(string? name) => name is null ? "Bonjour," : $"Bonjour {name},";

    public override Opening OrderReceived(string number, bool isCancelled) => new(
        $"Nous avons bien reçu votre commande {number}",
        "Merci pour votre commande",
        isCancelled
            ? ["Nous avons bien reçu votre commande. Elle a été annulée entre-temps ; en voici le rappel."]
            : ["Nous avons bien reçu votre commande et vous écrirons dès son expédition."],
        "Voir la commande");

    public override Opening PaymentFailed(string number, bool mayPayAgain) => mayPayAgain
        ? new(
            $"Le paiement de votre commande {number} n’a pas abouti",
            "Votre paiement n’a pas abouti",
            [
                "Le paiement de votre commande n’a pas abouti et rien ne vous a été débité.",
                "Votre commande est conservée. Choisissez à nouveau un moyen de paiement, le même ou un autre, et nous poursuivrons.",
            ],
            "Choisir un moyen de paiement")
        : new(
            $"Le paiement de votre commande {number} n’a pas abouti",
            "Votre paiement n’a pas abouti",
            [
                "Le paiement de votre commande n’a pas abouti et rien ne vous a été débité.",
                "Une nouvelle tentative n’est pas possible pour cette commande. "
                    + "Vous pouvez passer une nouvelle commande avec un autre moyen de paiement.",
            ],
            "Voir la commande");

    public override Opening OrderCancelled(string number, MoneyBack money, string amount) => new(
        $"Votre commande {number} a été annulée",
        "Votre commande a été annulée",
        [
            "Votre commande a été annulée et ne sera pas expédiée.",
            money switch
            {
                MoneyBack.Done => $"Nous avons remboursé {amount} sur le moyen de paiement utilisé. "
                    + "Quelques jours ouvrés peuvent être nécessaires avant que le montant n’apparaisse.",
                MoneyBack.OnItsWay => $"Nous remboursons {amount} sur le moyen de paiement utilisé. "
                    + "Quelques jours ouvrés peuvent être nécessaires avant que le montant n’apparaisse.",
                MoneyBack.StillOpen => "Un paiement était en cours de traitement à ce moment. Nous l’interrompons ; "
                    + "s’il est tout de même débité, nous le rembourserons intégralement.",
                _ => "Rien ne vous a été débité.",
            },
        ],
        "Voir la commande");

    public override Opening Shipped(string number, string? carrier, int parcels) => new(
        $"Votre commande {number} est en route",
        "Votre commande est en route",
        [
            (carrier, parcels) switch
            {
                (null, > 1) => $"Nous avons expédié votre commande en {parcels} colis.",
                (null, _) => "Nous avons expédié votre colis.",
                (_, > 1) => $"Nous avons remis votre commande à {carrier} en {parcels} colis.",
                _ => $"Nous avons remis votre colis à {carrier}.",
            },
        ],
        "Voir la commande");
}
