using System.Buffers.Binary;

namespace Otedama.Wire;

/// <summary>
/// The coinbase of an extended job as a client hashes it: without the marker, flag and witness that servers of old
/// sent.
/// </summary>
public static class Sv2Coinbase
{
    private const int VersionBytes = 4, LockTimeBytes = 4, OutpointBytes = 36, SequenceBytes = 4, ValueBytes = 8;

    /// <summary>Whether the prefix begins as a transaction with a witness does: 00 01 after the version.</summary>
    public static bool HasWitness(ReadOnlySpan<byte> prefix) =>
        prefix.Length >= VersionBytes + 2 && prefix[VersionBytes] == 0 && prefix[VersionBytes + 1] == 1;

    /// <summary>
    /// Prefix and suffix without witness; as they were when they have none. False when they are no transaction
    /// together. Allocates only for what has a witness.
    /// </summary>
    /// <param name="extranonceBytes">Those between the two: the channel's prefix and the client's own.</param>
    public static bool TryStrip(ref ReadOnlySpan<byte> prefix, ref ReadOnlySpan<byte> suffix, int extranonceBytes)
    {
        if (!HasWitness(prefix))
        {
            return true;
        }
        byte[] start = [.. prefix[..VersionBytes], .. prefix[(VersionBytes + 2)..]];
        byte[] whole = [.. start, .. new byte[extranonceBytes], .. suffix];
        int outputsEnd = OutputsEnd(whole);
        int cut = outputsEnd - start.Length - extranonceBytes; // of the suffix: what is before the witness
        if (outputsEnd < 0 || cut < 0 || suffix.Length - cut < LockTimeBytes)
        {
            return false;
        }
        suffix = (byte[])[.. suffix[..cut], .. suffix[^LockTimeBytes..]];
        prefix = start;
        return true;
    }

    /// <summary>Where the outputs of a transaction with one input end, or -1.</summary>
    private static int OutputsEnd(ReadOnlySpan<byte> whole)
    {
        int at = VersionBytes;
        if (!TryCount(whole, ref at, out uint inputs) || inputs != 1
            || !TrySkip(whole, ref at, OutpointBytes) || !TryScript(whole, ref at)
            || !TrySkip(whole, ref at, SequenceBytes)
            || !TryCount(whole, ref at, out uint outputs))
        {
            return -1;
        }
        for (uint i = 0; i < outputs; i++)
        {
            if (!TrySkip(whole, ref at, ValueBytes) || !TryScript(whole, ref at))
            {
                return -1;
            }
        }
        return at;
    }

    private static bool TryScript(ReadOnlySpan<byte> whole, ref int at) =>
        TryCount(whole, ref at, out uint length) && length <= whole.Length && TrySkip(whole, ref at, (int)length);

    private static bool TrySkip(ReadOnlySpan<byte> whole, ref int at, int bytes)
    {
        if (whole.Length - at < bytes)
        {
            return false;
        }
        at += bytes;
        return true;
    }

    /// <summary>A CompactSize of at most four bytes; more do not fit into a message.</summary>
    private static bool TryCount(ReadOnlySpan<byte> whole, ref int at, out uint count)
    {
        count = 0;
        int from = at;
        if (!TrySkip(whole, ref at, 1))
        {
            return false;
        }
        int size = whole[from] switch { 0xfd => sizeof(ushort), 0xfe => sizeof(uint), 0xff => -1, _ => 0 };
        if (size < 0 || !TrySkip(whole, ref at, size))
        {
            return false;
        }
        count = size switch
        {
            0 => whole[from],
            sizeof(ushort) => BinaryPrimitives.ReadUInt16LittleEndian(whole[(from + 1)..]),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(whole[(from + 1)..]),
        };
        return true;
    }
}
