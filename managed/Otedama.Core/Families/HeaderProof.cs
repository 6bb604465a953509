namespace Otedama.Core;

/// <summary>What the header of a family has beside the six common fields, and how it names the block with it.</summary>
public abstract record HeaderProof
{
    /// <summary>Bytes of the whole header.</summary>
    public abstract int HeaderLength { get; }

    /// <summary>The height these fields claim; null where headers do not say.</summary>
    public virtual int? HeightOf(BlockHeader header) => null;

    public abstract Hash256 IdOf(BlockHeader header);

    /// <summary>Writes HeaderLength bytes.</summary>
    public abstract void WriteHeader(BlockHeader header, Span<byte> destination);

    /// <summary>What a proof checker takes for the header (otedama_algo.h).</summary>
    public virtual byte[] DataOf(BlockHeader header) => header.ToArray();

    /// <summary>Its fields as nodes of the family show them: name and text or ulong.</summary>
    public abstract IReadOnlyList<(string Name, object Value)> Shown(BlockHeader header);
}
