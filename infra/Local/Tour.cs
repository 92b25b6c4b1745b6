namespace Shop.Local;

/// <summary>What the local host says when it is up: what runs where, with which keys, and lines to paste.</summary>
public static class Tour
{
    /// <summary>Prints it.</summary>
    public static void Print(LocalShop shop, TextWriter output) => output.WriteLine($$"""

        Shop is open at {{shop.Url}}

          Events   {{shop.Transport}}
          Data     {{shop.Data}}
          Mails    {{shop.Mail}}
          Keys     X-Api-Key: dev-storefront | dev-warehouse | dev-operator (Development only)
          Shop     {{shop.Url}}/shop
          Operate  {{shop.Url}}/ (key dev-operator)
          Mailbox  {{shop.Url}}/mailbox
          API      {{shop.Url}}/docs
          Health   {{shop.Url}}/health/ready

          {{string.Join("\n  ", shop.Parts.Select(part => $"{part.Name,-14} {part.Url}"))}}

        Place an order:

        ORDER=$(curl -s {{shop.Url}}/api/v1/orders -H 'X-Api-Key: dev-storefront' -H 'Content-Type: application/json' -d '
          { "currency": "EUR",
            "customer": { "name": "Ada Example", "email": "ada@example.org" },
            "items": [ { "sku": "TEA-1", "name": "Green tea", "quantity": 2, "unitPrice": 1999 } ],
            "shippingCost": 499,
            "shippingAddress": { "name": "Ada Example", "line1": "1 Example Street", "city": "Berlin", "postalCode": "10115", "country": "DE" },
            "payment": { "methodToken": "pm_card_visa" } }' | sed -E 's/.*"orderId":"([^"]+)".*/\1/'); echo $ORDER

        See what became of it:

        curl -s {{shop.Url}}/api/v1/orders/$ORDER/timeline -H 'X-Api-Key: dev-storefront'

        Ship it, and look at the mails:

        curl -s {{shop.Url}}/api/v1/shipments/$ORDER/shipped -H 'X-Api-Key: dev-warehouse' -H 'Content-Type: application/json' -d '
          { "carrier": "DHL", "packages": [ { "trackingNumber": "JJD000390007777" } ] }'
        ls {{shop.Mail}}

        Operate it, from the repository's root (also: stuck-orders list):

        SHOP_URL={{shop.Url}} SHOP_OPERATOR_KEY=dev-operator dotnet run --project infra/Admin -- dead-letters list

        Stop with Ctrl+C.

        """);
}
