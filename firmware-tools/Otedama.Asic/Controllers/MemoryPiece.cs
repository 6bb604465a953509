namespace Otedama.Asic;

/// <summary>Bytes and the address they go to.</summary>
public sealed record MemoryPiece(uint Address, ReadOnlyMemory<byte> Data)
{
    /// <summary>First address behind it; up to 2^32.</summary>
    public long End => Address + (long)Data.Length;

    /// <summary>Cut into blocks of at most that size, ascending but for the first, which comes last.</summary>
    public static IEnumerable<MemoryPiece> FirstLast(IEnumerable<MemoryPiece> pieces, int size)
    {
        MemoryPiece? first = null;
        foreach (MemoryPiece piece in pieces.OrderBy(static piece => piece.Address))
        {
            for (int at = 0; at < piece.Data.Length; at += size)
            {
                MemoryPiece block =
                    new(piece.Address + (uint)at, piece.Data.Slice(at, Math.Min(size, piece.Data.Length - at)));
                if (first is null)
                {
                    first = block;
                    continue;
                }
                yield return block;
            }
        }
        if (first is not null)
        {
            yield return first;
        }
    }
}
