using System.Text.RegularExpressions;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>Checks of what only orders have.</summary>
public static partial class OrderFields
{
    /// <summary>An e-mail address in the form that every mail server takes: nothing that could be read as two.</summary>
    public static string Email(this Fields fields, string field, string? value)
    {
        var text = fields.Text(field, value, 254);
        if (text.Length > 0 && !EmailPattern().IsMatch(text)) fields.Error(field, "It is not an e-mail address.");
        return text;
    }

    /// <summary>An active currency of ISO 4217.</summary>
    public static string Currency(this Fields fields, string field, string? value)
    {
        var text = fields.Text(field, value, 3);
        if (text.Length > 0 && !Currencies.Exist(text)) fields.Error(field, "It is not a currency of ISO 4217.");
        return text;
    }

    /// <summary>A provider's token.</summary>
    public static string Token(this Fields fields, string field, string? value)
    {
        var text = fields.Text(field, value, 255);
        if (text.Length > 0 && !TokenPattern().IsMatch(text)) fields.Error(field, "It is not a payment provider's token.");
        return text;
    }

    /// <summary>A language tag of BCP 47; English when absent.</summary>
    public static string Locale(this Fields fields, string field, string? value)
    {
        var text = fields.OptionalText(field, value, 35) ?? "en";
        if (!LocalePattern().IsMatch(text)) fields.Error(field, "It is not a language tag.");
        return text;
    }

    /// <summary>A postal address that must be there.</summary>
    public static Address Address(this Fields fields, string field, AddressBody? value)
    {
        var body = fields.Required(field, value) ?? new AddressBody();
        if (value is null) return new Address("", "", "", "", "");
        string In(string member) => field.Length == 0 ? member : $"{field}.{member}";
        var country = fields.Text(In("country"), body.Country, 2);
        if (country.Length > 0 && !Countries.Exist(country)) fields.Error(In("country"), "It is not a country of ISO 3166-1 (two capital letters).");
        return new Address(
            fields.Text(In("name"), body.Name, 200), fields.Text(In("line1"), body.Line1, 200), fields.Text(In("city"), body.City, 100),
            fields.Text(In("postalCode"), body.PostalCode, 20), country,
            fields.OptionalText(In("line2"), body.Line2, 200), fields.OptionalText(In("region"), body.Region, 100), fields.OptionalText(In("phone"), body.Phone, 40));
    }

    [GeneratedRegex(@"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$")]
    private static partial Regex EmailPattern();

    [GeneratedRegex("^[A-Za-z0-9_.:-]+$")]
    private static partial Regex TokenPattern();

    [GeneratedRegex("^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
    private static partial Regex LocalePattern();
}
