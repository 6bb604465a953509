using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>A proof whose reserved field begins with the height.</summary>
public sealed record GoldProof : ZcashProof
{
    public GoldProof(ZcashProof proof)
        : base(proof)
    {
    }

    public override int? HeightOf(BlockHeader header) => BinaryPrimitives.ReadInt32LittleEndian(Reserved.ToArray());
}
