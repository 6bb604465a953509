using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>Nonce and mix behind the 80 bytes of a KawPow header, whose last field holds the height.</summary>
public sealed record KawPowHeaderProof(KawPowProof Value) : HeaderProof
{
    public override int HeaderLength => KawPow.HeaderSize;

    public override int? HeightOf(BlockHeader header) => unchecked((int)header.Nonce);

    /// <summary>KawPow's hash with the mix believed.</summary>
    public override Hash256 IdOf(BlockHeader header) => KawPow.FinalHash(header.FieldsHash, Value);

    public override void WriteHeader(BlockHeader header, Span<byte> destination)
    {
        header.CopyFieldsTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[BlockHeader.Size..], Value.Nonce);
        Value.Mix.CopyTo(destination[(BlockHeader.Size + sizeof(ulong))..]);
    }

    public override byte[] DataOf(BlockHeader header)
    {
        byte[] data = new byte[KawPow.DataSize];
        KawPow.WriteData(header.FieldsHash, Value, data);
        return data;
    }

    public override IReadOnlyList<(string Name, object Value)> Shown(BlockHeader header) =>
        [("nonce64", Value.Nonce), ("mixhash", Value.Mix.ToString()), ("headerhash", header.FieldsHash.ToString())];
}
