namespace Otedama.Core;

/// <summary>Job + header + extranonce -> block bytes, from the parts the job holds already.</summary>
public static class BlockAssembler
{
    /// <summary>Marker and flag that say a witness follows (BIP 144).</summary>
    private static ReadOnlySpan<byte> WitnessMark => [0x00, 0x01];

    private const int VersionLength = 4;

    private const int LockTimeLength = 4;

    /// <summary>
    /// header: what the proof checker read, 80 bytes in the Bitcoin family, 72 in the KawPow family, the whole header with
    /// its solution in the Zcash and Verus families. extranonce: both parts, of the length the job was made for; anything
    /// else gives a block whose merkle root is wrong. proof: the hash that was found, which is the id in the Verus family.
    /// </summary>
    public static AssembledBlock Assemble(
        Job job, PreparedTemplate prepared, ReadOnlySpan<byte> header, ReadOnlySpan<byte> extranonce, Hash256 proof = default)
    {
        IBlockRecipe recipe = job.BlockRecipe;
        SolvedHeader solved = recipe.Solve(header, proof);
        ReadOnlySpan<byte> coinbase = recipe.Coinbase(extranonce).Span;
        Template template = prepared.Template;
        bool witness = !template.WitnessCommitment.IsEmpty;
        ByteWriter head = new(solved.Bytes.Length + coinbase.Length + 64);
        head.Raw(solved.Bytes.Span).CompactSize((ulong)template.Transactions.Count + 1);
        head.Raw(coinbase[..VersionLength]).Raw(witness ? WitnessMark : []).Raw(coinbase[VersionLength..^LockTimeLength]);
        if (witness)
        {
            // One stack item of 32 bytes: the reserved value the commitment was made with.
            head.Byte(1).Bytes(Coinbase.ReservedWitness[0].Span);
        }
        head.Raw(coinbase[^LockTimeLength..]);
        byte[] hex = new byte[2 * head.Length];
        Convert.TryToHexStringLower(head.Span, hex, out _);
        return new AssembledBlock(solved.Id, template.Height, hex, prepared.TailHex) { WorkId = template.WorkId };
    }
}
