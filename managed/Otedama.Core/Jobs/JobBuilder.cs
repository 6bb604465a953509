using System.Buffers.Binary;

namespace Otedama.Core;

/// <summary>
/// Template + PayoutSplit -> Job. Pure: the same request gives the same bytes. The coinbase script reads: height,
/// what the node wants, a push of counter and extranonce, a push of the tag; or it has the fixed form of the split.
/// </summary>
public static class JobBuilder
{
    /// <summary>Bits 13 to 28 of the header version (BIP 320).</summary>
    public const uint VersionRollingMask = 0x1fffe000;

    /// <summary>Assigned by the server, one value per connection.</summary>
    public const int Extranonce1Length = 4;

    /// <summary>Counted by the miner.</summary>
    public const int Extranonce2Length = 8;

    /// <summary>Bytes of the per-job counter at the end of the coinbase prefix.</summary>
    public const int CounterLength = 4;

    /// <summary>How far ahead of the offered time a header may be: what nodes accept, 2 hours.</summary>
    public const uint TimeAheadMax = 7_200;

    private const uint CoinbaseVersion = 2;

    /// <summary>
    /// Throws ArgumentException when the request cannot make a valid block: no height, script too long, outputs over
    /// the coinbase value, or a coinbase longer than its class allows.
    /// </summary>
    public static Job Build(JobRequest request)
    {
        Template template = request.Template;
        uint time = template.IsFixed ? template.Time : Math.Max(request.Time, template.TimeMin);
        return new Job
        {
            Id = request.Id,
            Repeats = request.Repeats,
            Generation = request.Generation,
            Algorithm = template.Algorithm,
            Height = template.Height,
            Recipe = template.Family.Recipe(request, time),
            NetworkTarget = template.NetworkTarget,
            ChainTarget = request.Split.ChainTarget,
            ShareTarget = request.ShareTarget,
            Clean = request.Clean,
            TimeMin = template.TimeMin,
            TimeMax = uint.MaxValue - time < TimeAheadMax ? uint.MaxValue : time + TimeAheadMax,
        };
    }

    /// <summary>The coinbase of families whose miners see only the merkle root.</summary>
    internal static byte[] WholeCoinbase(JobRequest request)
    {
        if (!request.Template.GivenCoinbase.IsEmpty)
        {
            return RewriteCoinbase(request);
        }
        // A fixed form has room for an extranonce even where miners have none: the counter goes there.
        byte[] extranonce = request.Split.Form is null ? [] : new byte[request.ExtranonceLength];
        if (extranonce.Length > 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(extranonce.AsSpan(^CounterLength..), request.Id);
        }
        CoinbaseText text = WriteCoinbase(request with { ExtranonceLength = extranonce.Length });
        return [.. text.Prefix.Span, .. extranonce, .. text.Suffix.Span];
    }

    /// <summary>The node's coinbase with counter and tag behind its script and the payees in place of the miner's output.</summary>
    private static byte[] RewriteCoinbase(JobRequest request)
    {
        if (request.Split.Form is not null)
        {
            throw new ArgumentException("a coinbase that the node writes cannot have a fixed form");
        }
        CheckOutputs(request);
        GivenCoinbase given = GivenCoinbase.Parse(request.Template.GivenCoinbase.Span);
        Span<byte> counter = stackalloc byte[CounterLength];
        BinaryPrimitives.WriteUInt32BigEndian(counter, request.Id);
        byte[] tag = request.Tag.IsEmpty ? [] : Script.PushData(request.Tag.Span);
        byte[] script = [.. given.Script.Span, .. Script.PushData(counter), .. tag];
        return given.With(script, request.Split.Outputs, request.Template.GivenMinerOutput);
    }

    internal static Hash256 RootOf(JobRequest request, ReadOnlySpan<byte> coinbase)
    {
        Hash256 root = Sha256d.Hash(coinbase);
        for (ReadOnlyMemory<byte> path = request.Branches ?? MerkleBranches(request.Template); !path.IsEmpty; path = path[Hash256.Size..])
        {
            root = Sha256d.Pair(root, new Hash256(path.Span[..Hash256.Size]));
        }
        return root;
    }

    /// <summary>Siblings of the coinbase on the way to the merkle root, 32 bytes each in chain order.</summary>
    public static byte[] MerkleBranches(Template template)
    {
        Hash256[] leaves = new Hash256[template.Transactions.Count];
        for (int i = 0; i < leaves.Length; i++)
        {
            leaves[i] = template.Transactions[i].TxId;
        }
        Hash256[] branch = Merkle.CoinbaseBranch(leaves);
        byte[] bytes = new byte[branch.Length * Hash256.Size];
        for (int i = 0; i < branch.Length; i++)
        {
            branch[i].CopyTo(bytes.AsSpan(i * Hash256.Size));
        }
        return bytes;
    }

    internal static CoinbaseText WriteCoinbase(JobRequest request)
    {
        Template template = request.Template;
        CheckOutputs(request);
        ReadOnlyMemory<byte> tag = request.Split.Form?.Tag ?? request.Tag;
        CoinbaseText text = CoinbaseText.Write(
            CoinbaseVersion,
            BeforeExtranonce(request),
            request.ExtranonceLength,
            tag.IsEmpty ? [] : Script.PushData(tag.Span),
            Coinbase.Sequence,
            WithCommitments(request),
            Coinbase.LockTime(template.Height));
        int size = text.Prefix.Length + request.ExtranonceLength + text.Suffix.Length;
        return size <= (int)request.Class
            ? text
            : throw new ArgumentException(
                $"coinbase of {size} bytes; class {request.Class} allows {(int)request.Class}. "
                + $"Split the reward over fewer than {request.Split.Outputs.Count} outputs.");
    }

    private static byte[] BeforeExtranonce(JobRequest request)
    {
        byte[] height = Coinbase.HeightPush(request.Template.Height);
        if (request.Split.Form is not null)
        {
            return [.. height, checked((byte)request.ExtranonceLength)];
        }
        Span<byte> counter = stackalloc byte[CounterLength];
        BinaryPrimitives.WriteUInt32BigEndian(counter, request.Id);
        byte push = checked((byte)(CounterLength + request.ExtranonceLength)); // counter and extranonce as one
        return [.. height, .. request.Template.CoinbaseAux.Span, push, .. counter];
    }

    /// <summary>
    /// The witness commitment goes behind all payees: of several matching outputs the last one counts (BIP 141). The split's own
    /// commitment is the very last, so that who knows the state of the hash before it can check it alone.
    /// </summary>
    private static List<PayoutOutput> WithCommitments(JobRequest request)
    {
        List<PayoutOutput> outputs = new(request.Split.Outputs.Count + 2);
        outputs.AddRange(request.Split.Outputs);
        if (!request.Template.WitnessCommitment.IsEmpty)
        {
            outputs.Add(new PayoutOutput(request.Template.WitnessCommitment, Amount.Zero));
        }
        if (!request.Split.Commitment.IsEmpty)
        {
            outputs.Add(new PayoutOutput(request.Split.Commitment, Amount.Zero));
        }
        return outputs;
    }

    private static void CheckOutputs(JobRequest request)
    {
        if (request.Template.Height < 1)
        {
            throw new ArgumentException($"block height must be at least 1, got {request.Template.Height}");
        }
        if (request.Split.Outputs.Count == 0)
        {
            throw new ArgumentException("a coinbase needs at least one payee; the payout split has none");
        }
        Amount total = Amount.Zero;
        foreach (PayoutOutput output in request.Split.Outputs)
        {
            if (output.Amount < Amount.Zero)
            {
                throw new ArgumentException($"coinbase output of {output.Amount}; amounts cannot be negative");
            }
            total += output.Amount;
        }
        if (total > request.Template.CoinbaseValue)
        {
            throw new ArgumentException(
                $"coinbase pays {total}; the template at height {request.Template.Height} allows "
                + $"{request.Template.CoinbaseValue}");
        }
    }
}
