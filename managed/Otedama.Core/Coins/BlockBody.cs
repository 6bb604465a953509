namespace Otedama.Core;

/// <summary>
/// The merkle root of a serialised block, without an object for each of its transactions: whether a body belongs to a
/// header. Reads transactions of the Bitcoin family with the flags 1 (BIP 144) and 8 (the last one of a Litecoin block,
/// LIP 2, whose extension block may follow).
/// </summary>
public static class BlockBody
{
    /// <summary>Smallest transaction: version, two empty lists, lock time.</summary>
    private const int TransactionBytesMin = 10;

    private const int InputBytesMin = 41, OutputBytesMin = 9;

    private const byte HasWitness = 1, IsHogEx = 8;

    /// <summary>
    /// True when the transactions behind this header are those that it commits to, none of them twice. Bytes may
    /// follow them. False for bytes that are no block.
    /// </summary>
    public static bool BelongsTo(ReadOnlySpan<byte> block, in BlockHeader header)
    {
        try
        {
            ByteReader reader = new(block);
            reader.Take(header.Length);
            Hash256[] ids = new Hash256[reader.Count(TransactionBytesMin)];
            byte[] stripped = new byte[block.Length];
            for (int i = 0; i < ids.Length; i++)
            {
                ids[i] = ReadId(block, ref reader, stripped);
            }
            return Merkle.Root(ids, out bool duplicated) == header.MerkleRoot && !duplicated;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Hash of what the id covers: version, lists, lock time.</summary>
    private static Hash256 ReadId(ReadOnlySpan<byte> block, ref ByteReader reader, Span<byte> stripped)
    {
        int length = 0;
        Append(reader.Take(sizeof(uint)), stripped, ref length);
        int flags = reader.Peek() == 0 ? reader.Peek(1) : 0;
        if (flags > 0)
        {
            reader.Take(2);
        }
        int lists = reader.Position;
        int inputs = reader.Count(InputBytesMin);
        for (int i = 0; i < inputs; i++)
        {
            reader.Take(Hash256.Size + sizeof(uint));
            Skip(ref reader);
            reader.Take(sizeof(uint));
        }
        for (int left = reader.Count(OutputBytesMin); left > 0; left--)
        {
            reader.Take(sizeof(long));
            Skip(ref reader);
        }
        Append(block[lists..reader.Position], stripped, ref length);
        for (int i = 0; i < inputs && (flags & HasWitness) != 0; i++)
        {
            for (int left = reader.Count(1); left > 0; left--)
            {
                Skip(ref reader);
            }
        }
        if ((flags & IsHogEx) != 0)
        {
            reader.Take(1); // that it is none of the extension block's own
        }
        Append(reader.Take(sizeof(uint)), stripped, ref length);
        return Sha256d.Hash(stripped[..length]);
    }

    private static void Skip(ref ByteReader reader) => reader.Take(reader.Count(1));

    private static void Append(ReadOnlySpan<byte> bytes, Span<byte> stripped, ref int length)
    {
        bytes.CopyTo(stripped[length..]);
        length += bytes.Length;
    }
}
