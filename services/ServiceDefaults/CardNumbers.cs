using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Shop.ServiceDefaults;

/// <summary>
/// Finds payment card numbers in JSON, in any name, string or number, also when written in groups, so that a body which holds one
/// can be refused before anything of it is kept. A number counts when its length and first digits are those of a card scheme
/// (ISO/IEC 7812) and its check digit is right.
/// </summary>
public static class CardNumbers
{
    private const int Longest = 19;

    /// <summary>True when the JSON holds a card number.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static bool OccurIn(ReadOnlySequence<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName or JsonTokenType.Number)) continue;
            if (!reader.HasValueSequence && !reader.ValueIsEscaped)
            {
                if (OccurIn(reader.ValueSpan)) return true;
                continue;
            }

            var length = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
            var buffer = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                int written;
                if (reader.TokenType == JsonTokenType.Number)
                {
                    reader.ValueSequence.CopyTo(buffer);
                    written = length;
                }
                else
                {
                    written = Unescaped(ref reader, buffer);
                }

                if (OccurIn(buffer.AsSpan(0, written))) return true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }
        }

        return false;
    }

    // Escapes that are half a character ("\ud800"), or bytes that are no UTF-8 beside an escape: the reader takes them for a mistake
    // of this program, but they are the sender's.
    private static int Unescaped(ref Utf8JsonReader reader, Span<byte> buffer)
    {
        try
        {
            return reader.CopyString(buffer);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("A string is not well-formed Unicode.", exception);
        }
    }

    /// <summary>True when the UTF-8 text holds a card number.</summary>
    public static bool OccurIn(ReadOnlySpan<byte> text)
    {
        if (IsId(text)) return false;
        Span<byte> digits = stackalloc byte[Longest];
        var count = 0;
        var separated = false;
        foreach (var character in text)
        {
            if (char.IsAsciiDigit((char)character))
            {
                if (count < Longest) digits[count] = (byte)(character - '0');
                count++;
                separated = false;
            }
            else if (count > 0 && !separated && character is (byte)' ' or (byte)'-')
            {
                separated = true;
            }
            else
            {
                if (IsCard(digits, count)) return true;
                count = 0;
                separated = false;
            }
        }

        return IsCard(digits, count);
    }

    // One UUID in a few thousand holds digits that would pass for a card number (8d36dc46-8035-5863-9533-867dd35e442b), and every event
    // carries several: without this a service's own event is refused, for ever.
    private static bool IsId(ReadOnlySpan<byte> text) =>
        text.Length == 36 && Utf8Parser.TryParse(text, out Guid _, out var read, 'D') && read == text.Length;

    private static bool IsCard(ReadOnlySpan<byte> digits, int count)
    {
        if (count is < 14 or > Longest) return false;
        digits = digits[..count];
        return OfAScheme(digits) && CheckDigitIsRight(digits);
    }

    private static bool OfAScheme(ReadOnlySpan<byte> digits)
    {
        var two = (digits[0] * 10) + digits[1];
        var four = (two * 100) + (digits[2] * 10) + digits[3];
        return digits.Length switch
        {
            14 => two is 36 or 38 or 39 || four is >= 3000 and <= 3059,
            15 => two is 34 or 37,
            16 or 17 or 18 or 19 => digits[0] is 4 or 6
                || two is 35 or (>= 50 and <= 58)
                || four is >= 2200 and <= 2720,
            _ => false,
        };
    }

    private static bool CheckDigitIsRight(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)];
            if (i % 2 == 1 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
        }

        return sum % 10 == 0;
    }
}
