namespace Otedama.Core;

/// <summary>The proof of work of a share and the way from its core to the header (fields 19 to 24).</summary>
public sealed record ShareWork
{
    public const int ExtranonceLength = 12;

    /// <summary>12 bytes of the coinbase's script.</summary>
    public required ReadOnlyMemory<byte> Extranonce { get; init; }

    public required TailLink Link { get; init; }

    /// <summary>Of the coin block, with its proof.</summary>
    public required BlockHeader Header { get; init; }

    /// <summary>Siblings of the coinbase on the way to the header's merkle root, deepest first.</summary>
    public required IReadOnlyList<Hash256> Branch { get; init; }

    internal void Write(ByteWriter writer)
    {
        writer.Raw(Extranonce.Span).Hash(Link.State).UInt16(Link.PrefixLength).Raw(Link.Rest.Span);
        writer.Raw(Header.ToArray()).Byte(checked((byte)Branch.Count));
        foreach (Hash256 sibling in Branch)
        {
            writer.Hash(sibling);
        }
    }

    /// <summary>Throws FormatException.</summary>
    internal static ShareWork Read(ref ByteReader reader, ChainCoin coin)
    {
        byte[] extranonce = reader.Take(ExtranonceLength).ToArray();
        Hash256 state = reader.Hash();
        ushort prefixLength = reader.UInt16();
        TailLink link = new(state, prefixLength, reader.Take(prefixLength % TailLink.BlockLength).ToArray());
        BlockHeader header = coin.ReadHeader(ref reader);
        Hash256[] branch = reader.Hashes(reader.Byte());
        return new ShareWork { Extranonce = extranonce, Link = link, Header = header, Branch = branch };
    }
}
