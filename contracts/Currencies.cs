using System.Collections.Frozen;

namespace Shop.Contracts;

/// <summary>The active currencies of ISO 4217, each with its exponent: how many digits of an amount in minor units stand behind the point.</summary>
public static class Currencies
{
    private static readonly FrozenDictionary<string, int> Exponents =
        Of(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
            .Concat(Of(3, "BHD IQD JOD KWD LYD OMR TND"))
            .Concat(Of(2, """
                AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK
                DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD
                KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP
                PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
                USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
                """))
            .ToFrozenDictionary();

    /// <summary>True for an active currency's three capital letters.</summary>
    public static bool Exist(string code) => Exponents.ContainsKey(code);

    /// <summary>Digits behind the point: 2 for EUR, 0 for JPY, 3 for KWD. An unknown currency counts as having 2.</summary>
    public static int ExponentOf(string code) => Exponents.GetValueOrDefault(code, 2);

    private static IEnumerable<KeyValuePair<string, int>> Of(int exponent, string codes) =>
        codes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(code => KeyValuePair.Create(code, exponent));
}
