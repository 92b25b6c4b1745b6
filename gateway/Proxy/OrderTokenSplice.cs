using System.Text;
using System.Text.Json;

namespace Shop.Gateway;

/// <summary>Adds <c>orderToken</c> to an order as the service wrote it, and leaves every other byte as it was.</summary>
internal static class OrderTokenSplice
{
    /// <exception cref="InvalidDataException">The service's answer is not an order.</exception>
    public static byte[] Into(ReadOnlySpan<byte> order, Func<Guid, string> issue)
    {
        try
        {
            Guid? id = null;
            var reader = new Utf8JsonReader(order);
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("orderId"u8))
                {
                    reader.Read();
                    id = reader.GetGuid();
                }
            }

            if (id is not { } orderId) throw new InvalidDataException("The answer to a placed order names no order.");
            var end = (int)reader.TokenStartIndex;
            // The token is base64url: nothing in it needs escaping.
            return [.. order[..end], .. Encoding.ASCII.GetBytes($",\"orderToken\":\"{issue(orderId)}\""), .. order[end..]];
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException("The answer to a placed order is not an order.", exception);
        }
    }
}
