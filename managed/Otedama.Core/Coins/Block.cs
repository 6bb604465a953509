namespace Otedama.Core;

/// <summary>A block: header and transactions, the coinbase first.</summary>
public sealed record Block(BlockHeader Header, IReadOnlyList<Transaction> Transactions)
{
    /// <summary>Smallest transaction: version, two empty lists, lock time.</summary>
    private const int TransactionBytesMin = 10;

    public Hash256 Id => Header.Id;

    /// <summary>BIP 141 weight of the whole block, header and count included.</summary>
    public int Weight
    {
        get
        {
            int overhead = Header.Length + ByteWriter.CompactSizeLength((ulong)Transactions.Count);
            return (overhead * 4) + Transactions.Sum(transaction => transaction.Weight);
        }
    }

    /// <summary>Parses a whole buffer; bytes left over are an error. Throws FormatException.</summary>
    public static Block Parse(ReadOnlySpan<byte> data, HeaderFamily? family = null)
    {
        ByteReader reader = new(data);
        BlockHeader header = BlockHeader.Read(ref reader, family);
        Transaction[] transactions = new Transaction[reader.Count(TransactionBytesMin)];
        for (int i = 0; i < transactions.Length; i++)
        {
            transactions[i] = Transaction.Read(ref reader);
        }
        return reader.Left == 0
            ? new Block(header, transactions)
            : throw new FormatException($"{reader.Left} bytes left over after the block");
    }

    public byte[] ToArray(bool witness = true)
    {
        ByteWriter writer = new(1024);
        writer.Raw(Header.ToArray()).CompactSize((ulong)Transactions.Count);
        foreach (Transaction transaction in Transactions)
        {
            transaction.Write(writer, witness);
        }
        return writer.ToArray();
    }
}
