using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Shop.ServiceDefaults;

/// <summary>
/// Ids that follow from what they name (UUID version 5, RFC 9562): the same act gets the same id however often, and by whomever,
/// it is tried, so that writing it twice is writing it once.
/// </summary>
public static class NameBasedId
{
    private static readonly Guid Namespace = new("6f1c2f0e-5f0b-4a57-9b57-3d2f6a0f7c11");

    /// <summary>The id of what the parts name together. Parts are kept apart: ("a", "bc") is not ("ab", "c").</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 9562 defines version 5 with SHA-1; nothing secret depends on it.")]
    public static Guid Of(params ReadOnlySpan<string> parts)
    {
        var length = 16;
        foreach (var part in parts) length += 4 + Encoding.UTF8.GetByteCount(part);
        Span<byte> name = length <= 1024 ? stackalloc byte[length] : new byte[length];
        Namespace.TryWriteBytes(name, bigEndian: true, out _);
        var at = 16;
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part, name[(at + 4)..]);
            BinaryPrimitives.WriteInt32BigEndian(name[at..], bytes);
            at += 4 + bytes;
        }

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(name, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
