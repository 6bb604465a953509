using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The bytes of a share on disk. A segment is records one after the other, and zeros or its end behind the last. A
/// record, integers little-endian:
/// <code>
/// 0  u32 length of the share   4  u32 CRC-32C of all that follows   8  u8 flags   9  the share
/// </code>
/// </summary>
internal static class StoreFormat
{
    public const int HeaderLength = 9;

    /// <summary>Everything that does not need other shares was checked, the whole proof of work included.</summary>
    public const byte IsChecked = 1;

    /// <summary>
    /// Whether the share is a coin block was seen with its proof of work: that it is, and that it is not. Neither in what
    /// was kept before this was noted.
    /// </summary>
    public const byte IsBlock = 2, IsNoBlock = 4;

    private const int ChecksumAt = 4;
    private const int ChecksummedFrom = 8;

    /// <summary>What is kept of a share beside its bytes.</summary>
    public static byte FlagsOf(ChainShare share, bool isChecked) => (byte)((isChecked ? IsChecked : 0)
        | (share.IsCoinBlock switch { true => IsBlock, false => IsNoBlock, null => 0 }));

    /// <summary>One record.</summary>
    public static byte[] Write(ReadOnlySpan<byte> share, byte flags)
    {
        byte[] record = new byte[HeaderLength + share.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)share.Length);
        record[ChecksummedFrom] = flags;
        share.CopyTo(record.AsSpan(HeaderLength));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(ChecksumAt), Crc32C.Of(record.AsSpan(ChecksummedFrom)));
        return record;
    }

    /// <summary>
    /// The record at the beginning of these bytes; false when there is no whole one. length: of the record.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int shareMax, out StoredShare share, out int length)
    {
        (share, length) = (default, 0);
        if (bytes.Length < HeaderLength)
        {
            return false;
        }
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size == 0 || size > shareMax || bytes.Length < HeaderLength + size)
        {
            return false;
        }
        ReadOnlySpan<byte> checksummed = bytes[ChecksummedFrom..(HeaderLength + (int)size)];
        if (Crc32C.Of(checksummed) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]))
        {
            return false;
        }
        byte flags = checksummed[0];
        bool? isBlock = (flags & (IsBlock | IsNoBlock)) switch { IsBlock => true, IsNoBlock => false, _ => null };
        share = new StoredShare(checksummed[1..].ToArray(), (flags & IsChecked) != 0, isBlock);
        length = HeaderLength + (int)size;
        return true;
    }
}
