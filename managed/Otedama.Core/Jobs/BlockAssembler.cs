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
        if (job.Recipe is ZcashRecipe zcash)
        {
            return Assemble(prepared, header, zcash is VerusRecipe ? proof : Sha256d.Hash(header), zcash.Coinbase.Span);
        }
        if (job.Recipe is KawPowRecipe kawPow)
        {
            BlockHeader whole = BlockHeader.Parse(kawPow.Header.Span) with { KawPow = KawPow.ReadProof(header) };
            return Assemble(prepared, whole.ToArray(), whole.Id, kawPow.Coinbase.Span);
        }
        var recipe = (BitcoinRecipe)job.Recipe;
        byte[] coinbase = [.. recipe.CoinbasePrefix.Span, .. extranonce, .. recipe.CoinbaseSuffix.Span];
        return Assemble(prepared, header, Sha256d.Hash(header), coinbase);
    }

    private static AssembledBlock Assemble(PreparedTemplate prepared, ReadOnlySpan<byte> header, Hash256 id, ReadOnlySpan<byte> coinbase)
    {
        Template template = prepared.Template;
        bool witness = !template.WitnessCommitment.IsEmpty;
        var head = new ByteWriter(header.Length + coinbase.Length + 64);
        head.Raw(header).CompactSize((ulong)template.Transactions.Count + 1);
        head.Raw(coinbase[..VersionLength]).Raw(witness ? WitnessMark : []).Raw(coinbase[VersionLength..^LockTimeLength]);
        if (witness)
        {
            // One stack item of 32 bytes: the reserved value the commitment was made with.
            head.Byte(1).Bytes(Coinbase.ReservedWitness[0].Span);
        }
        head.Raw(coinbase[^LockTimeLength..]);
        byte[] hex = new byte[2 * head.Length];
        Convert.TryToHexStringLower(head.Span, hex, out _);
        return new AssembledBlock(id, template.Height, hex, prepared.TailHex) { WorkId = template.WorkId };
    }

    /// <summary>What Assemble takes as header for a block without proof of work, as a proposal to a node is.</summary>
    public static byte[] Unsolved(Job job, ReadOnlySpan<byte> extranonce)
    {
        if (job.Recipe is KawPowRecipe)
        {
            return new byte[KawPow.DataSize];
        }
        if (job.Recipe is ZcashRecipe zcash)
        {
            Span<byte> length = stackalloc byte[4];
            int prefix = zcash.WriteSolutionLength(length);
            byte[] whole = new byte[ZcashProof.HeaderSize + prefix + zcash.SolutionLength];
            var verus = zcash as VerusRecipe;
            zcash.WriteHeader(zcash.Time, (verus?.Nonce ?? default).ToArray(), whole);
            length[..prefix].CopyTo(whole.AsSpan(ZcashProof.HeaderSize));
            verus?.Solution.Span.CopyTo(whole.AsSpan(ZcashProof.HeaderSize + prefix));
            return whole;
        }
        var recipe = (BitcoinRecipe)job.Recipe;
        byte[] header = new byte[BlockHeader.Size];
        WriteHeader(recipe, extranonce, recipe.Version, recipe.Time, nonce: 0, header);
        return header;
    }

    /// <summary>
    /// The 80-byte header of the Bitcoin family for one candidate: coinbase identifier, merkle root, fields.
    /// </summary>
    public static void WriteHeader(
        BitcoinRecipe recipe, ReadOnlySpan<byte> extranonce, uint version, uint time, uint nonce, Span<byte> destination)
    {
        var coinbase = new ByteWriter(recipe.CoinbasePrefix.Length + extranonce.Length + recipe.CoinbaseSuffix.Length);
        coinbase.Raw(recipe.CoinbasePrefix.Span).Raw(extranonce).Raw(recipe.CoinbaseSuffix.Span);
        Hash256 root = Sha256d.Hash(coinbase.Span);
        for (ReadOnlySpan<byte> path = recipe.Branches.Span; !path.IsEmpty; path = path[Hash256.Size..])
        {
            root = Sha256d.Pair(root, new Hash256(path[..Hash256.Size]));
        }
        new BlockHeader(version, recipe.PreviousHash, root, time, recipe.Bits, nonce).CopyTo(destination);
    }
}
