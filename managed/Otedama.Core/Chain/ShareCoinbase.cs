namespace Otedama.Core;

/// <summary>The one coinbase a share can have, given whom the chain pays: verifiers rebuild it (section 2.2).</summary>
public static class ShareCoinbase
{
    /// <summary>Bytes of last output and lock time.</summary>
    public const int TailLength = sizeof(ulong) + 1 + CommitmentScriptLength + sizeof(uint);

    private const int CommitmentScriptLength = 38;

    private const uint Version = 2;

    /// <summary>Bytes before the input's script: version, input count, null outpoint, script length.</summary>
    private const int ScriptAt = 4 + 1 + 36 + 1;

    /// <summary>What JobBuilder lays such a coinbase out by.</summary>
    public static CoinbaseForm Form { get; } = new("/otdm1/"u8.ToArray());

    /// <summary>OP_RETURN (0x6a), push of 36 (0x24), and the four bytes that tell share chains from others.</summary>
    private static ReadOnlySpan<byte> CommitmentHead => "j$OTM1"u8;

    /// <summary>Script of the last output, which is worth nothing and commits to the share.</summary>
    public static byte[] CommitmentScript(Hash256 commitment) => [.. CommitmentHead, .. commitment.ToArray()];

    /// <summary>The outputs before the witness commitment: payees as given, then the fixed outputs.</summary>
    public static IReadOnlyList<PayoutOutput> Outputs(ShareCore core, IReadOnlyList<PayoutOutput> payees) =>
        [.. payees, .. core.FixedOutputs.Select(static each => each.ToOutput())];

    /// <summary>
    /// The stripped transaction. payees: by amount descending, then script ascending. extranonce: 12 bytes. Throws
    /// OverflowException for values over 2^63.
    /// </summary>
    public static byte[] Write(
        ShareCore core, Hash256 chainId, ReadOnlySpan<byte> extranonce, IReadOnlyList<PayoutOutput> payees)
    {
        List<PayoutOutput> outputs = [.. Outputs(core, payees)];
        if (!core.WitnessCommitment.IsZero)
        {
            outputs.Add(new PayoutOutput(Coinbase.CommitmentScript(core.WitnessCommitment), Amount.Zero));
        }
        outputs.Add(new PayoutOutput(CommitmentScript(core.Commitment(chainId)), Amount.Zero));
        CoinbaseText text = CoinbaseText.Write(
            Version,
            [.. Coinbase.HeightPush((int)core.CoinHeight), checked((byte)extranonce.Length)],
            extranonce.Length,
            Script.PushData(Form.Tag.Span),
            Coinbase.Sequence,
            outputs,
            Coinbase.LockTime((int)core.CoinHeight));
        return [.. text.Prefix.Span, .. extranonce, .. text.Suffix.Span];
    }

    /// <summary>
    /// Field 19 of a share with this coinbase: 12 bytes behind the push of the height and their own push.
    /// </summary>
    public static ReadOnlyMemory<byte> ExtranonceOf(ReadOnlyMemory<byte> coinbase, int height) =>
        coinbase.Slice(ScriptAt + Coinbase.HeightPush(height).Length + 1, ShareWork.ExtranonceLength);

    /// <summary>Fields 20 to 22 of a share with this coinbase.</summary>
    public static TailLink LinkOf(ReadOnlySpan<byte> coinbase) => TailLink.Of(coinbase[..^TailLength]);

    /// <summary>What the share's core says about the end of its coinbase: last output and lock time.</summary>
    public static byte[] Tail(ShareCore core, Hash256 chainId) => new ByteWriter(TailLength)
        .Int64(0).Bytes(CommitmentScript(core.Commitment(chainId))).UInt32(Coinbase.LockTime((int)core.CoinHeight))
        .ToArray();

    /// <summary>
    /// Step 12: the share's link is that of the coinbase which pays these. Of states that lead to the same id there
    /// is one that anybody can find, so that the id speaks for the state: hashing the coinbase at once is cheaper
    /// than stopping before its end.
    /// </summary>
    public static ShareFault? Check(ChainShare share, Hash256 chainId, IReadOnlyList<PayoutOutput> payees)
    {
        ReadOnlySpan<byte> coinbase = Write(share.Core, chainId, share.Work.Extranonce.Span, payees);
        ReadOnlySpan<byte> prefix = coinbase[..^TailLength];
        TailLink link = share.Work.Link;
        if (link.PrefixLength == prefix.Length
            && prefix.EndsWith(link.Rest.Span) && link.Rest.Length == prefix.Length % TailLink.BlockLength
            && link.TransactionId(coinbase[^TailLength..]) == Sha256d.Hash(coinbase))
        {
            return null;
        }
        string difference = link.PrefixLength == prefix.Length
            ? "other bytes"
            : $"{link.PrefixLength} bytes, not {prefix.Length},";
        return new ShareFault(
            ShareFault.Payout, $"its coinbase has {difference} before the last output: it pays others than the chain");
    }
}
