using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>What the headers of a request say, checked.</summary>
public static class Http
{
    /// <summary>On whose behalf the caller calls.</summary>
    public static Agent Agent(this HttpRequest request) =>
        Contracts.Agent.Parse(request.Headers[ServiceKey.AgentHeader]) ?? new Agent(AgentKind.Service, "unnamed");

    /// <summary>The member of staff on whose behalf the caller calls.</summary>
    /// <exception cref="ProblemException">403: it calls for somebody else.</exception>
    public static Agent Staff(this HttpRequest request) => request.Agent() is { Kind: AgentKind.Staff } staff
        ? staff
        : throw new ProblemException(StatusCodes.Status403Forbidden, "forbidden", "This is for staff.");

    /// <summary>The revision that <c>If-Match</c> asks for; null for any.</summary>
    /// <exception cref="ProblemException">400: it is not an ETag of an order.</exception>
    public static long? IfMatch(this HttpRequest request)
    {
        var value = request.Headers.IfMatch.ToString();
        if (value.Length == 0 || value == "*") return null;
        return EntityTagHeaderValue.TryParse(value, out var tag)
            && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                ? tag.IsWeak ? -1 : revision // a weak tag never matches strongly (RFC 9110, 13.1.1)
                : throw ProblemException.Validation("If-Match", "It must be the ETag of an order, such as \"3\".");
    }

    /// <summary>True when <c>If-None-Match</c> names that revision: the caller has it already.</summary>
    public static bool HasRevision(this HttpRequest request, long revision)
    {
        var current = new EntityTagHeaderValue(ETag(revision));
        return EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
            && tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(current, useStrongComparison: false));
    }

    /// <summary>The strong ETag of an order at a revision.</summary>
    public static string ETag(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");
}
