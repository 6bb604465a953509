namespace Otedama.Core;

/// <summary>The rules that are special to a block's first transaction (BIP 34, 54, 141).</summary>
public static class Coinbase
{
    /// <summary>Consensus bounds of the coinbase input script.</summary>
    public const int ScriptBytesMin = 2, ScriptBytesMax = 100;

    /// <summary>Not final, so that the lock time below is in force (BIP 54).</summary>
    public const uint Sequence = 0xffff_fffe;

    /// <summary>OP_RETURN, push of 36, and the four bytes of BIP 141.</summary>
    private static ReadOnlySpan<byte> CommitmentHead => [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];

    private const int CommitmentScriptBytes = 38;

    /// <summary>What the coinbase script must begin with at this height (BIP 34).</summary>
    public static byte[] HeightPush(int height) => Script.PushNumber(height);

    /// <summary>Lock time that makes coinbases unique for ever (BIP 54): the height before; 0 in the genesis block.</summary>
    public static uint LockTime(int height) => height > 0 ? (uint)(height - 1) : 0;

    /// <summary>True when the script begins with the exact push of the height.</summary>
    public static bool HasHeight(ReadOnlySpan<byte> script, int height) => script.StartsWith(HeightPush(height));

    /// <summary>The 38-byte output script that commits to the witnesses.</summary>
    public static byte[] CommitmentScript(Hash256 commitment) => [.. CommitmentHead, .. commitment.ToArray()];

    /// <summary>
    /// SHA-256d of the witness merkle root and the 32 reserved bytes of the coinbase's witness (zeros unless given).
    /// others are the transactions after the coinbase, whose own wtxid counts as zero.
    /// </summary>
    public static Hash256 Commitment(IEnumerable<Transaction> others, Hash256 reserved = default)
    {
        Hash256[] leaves = [Hash256.Zero, .. others.Select(transaction => transaction.WTxId)];
        return Sha256d.Pair(Merkle.Root(leaves), reserved);
    }

    /// <summary>Index of the output that carries the commitment: the highest that matches; -1 for none.</summary>
    public static int CommitmentIndex(Transaction coinbase)
    {
        for (int i = coinbase.Outputs.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> script = coinbase.Outputs[i].Script.Span;
            if (script.Length >= CommitmentScriptBytes && script.StartsWith(CommitmentHead))
            {
                return i;
            }
        }
        return -1;
    }

    /// <summary>The committed hash of a script that CommitmentIndex found.</summary>
    public static Hash256 CommitmentOf(ReadOnlySpan<byte> script) => new(script.Slice(CommitmentHead.Length, Hash256.Size));

    /// <summary>The witness a coinbase carries when its block has a commitment: one item of 32 zero bytes.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> ReservedWitness { get; } = [new byte[32]];
}
