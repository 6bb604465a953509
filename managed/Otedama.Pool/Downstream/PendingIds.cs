using System.Buffers.Binary;

namespace Otedama.Pool;

/// <summary>
/// Carries a request's id through the share path in the 64-bit tag of a candidate. Ids of up to 7 bytes (practically
/// all) are the tag itself; longer ones wait in a small table. Used under the session's lock.
/// </summary>
public sealed class PendingIds
{
    private const int InlineBytesMax = 7;

    private Dictionary<long, byte[]>? _long;
    private long _last;

    /// <summary>Never fails: the number of pending submits is limited by the session.</summary>
    public long Put(ReadOnlySpan<byte> id)
    {
        if (id.Length <= InlineBytesMax)
        {
            Span<byte> bytes = stackalloc byte[8];
            id.CopyTo(bytes);
            bytes[7] = (byte)id.Length;
            return BinaryPrimitives.ReadInt64LittleEndian(bytes);
        }
        _long ??= [];
        long tag = -++_last; // inline tags are positive: their top byte is at most 7
        _long[tag] = id.ToArray();
        return tag;
    }

    /// <summary>Writes the id into scratch (at least 8 bytes) or returns the stored one, which is then forgotten.</summary>
    public ReadOnlySpan<byte> Take(long tag, Span<byte> scratch)
    {
        if (tag >= 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(scratch, tag);
            return scratch[..Math.Min((int)scratch[7], InlineBytesMax)];
        }
        return _long is not null && _long.Remove(tag, out byte[]? id) ? id : "null"u8;
    }
}
