using System.Globalization;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>The dialect of KawPow pools.</summary>
internal class KawPowUpstream(AlgorithmFacts facts) : UpstreamDialect(facts)
{
    private const int NonceLength = 8;

    public override string JobForm => JobForms.KawPow;

    public override bool WantsExtranonceChanges => false;

    public override string SubscribeForm => "[null, extranonce1 of 0 to 7 bytes as hex]";

    public override UpstreamDialect AnsweredBy(JsonValue subscribed) =>
        EthereumStratum.IsAnsweredBy(subscribed) ? new KawPowEthereumUpstream(Facts) : this;

    public override bool TryReadSubscribed(JsonValue result, out SubscribeResult? parsed)
    {
        ExtranonceSpace? space = ReadPrefix(result.Element(1));
        parsed = space is null ? null : new SubscribeResult("", space.Extranonce1.ToArray(), space.Extranonce2Length);
        return space is not null;
    }

    public override ExtranonceSpace? ReadExtranonce(JsonValue parameters) => ReadPrefix(parameters.Element(0));

    public override UpstreamNotice? ReadNotify(JsonValue parameters, out string problem)
    {
        if (!KawPowNotify.TryParse(parameters, out KawPowNotify? message, out problem))
        {
            return null;
        }
        if (!Target.TryFromCompact(message!.Bits, out _) || message.Target is { IsZero: true })
        {
            problem = $"nbits {message.Bits:x8} or a target of zero cannot be mined";
            return null;
        }
        return CheckSeed(message, out problem);
    }

    /// <summary>The height chooses dataset and program: with another seed all work would be in vain.</summary>
    protected static UpstreamNotice? CheckSeed(KawPowNotify message, out string problem)
    {
        problem = "";
        if (!message.SeedHash.AsSpan().SequenceEqual(KawPow.SeedHash(message.Height).Span))
        {
            problem = $"seed hash {Hex.Encode(message.SeedHash)} is not that of height {message.Height}";
            return null;
        }
        return new Notice(message);
    }

    public override void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate) =>
        KawPowWriter.Submit(
            output, id, user, job.WireId, candidate.Nonce, ((KawPowRecipe)job.Job.Recipe).HeaderHash, candidate.Proof);

    private static ExtranonceSpace? ReadPrefix(JsonValue value)
    {
        Span<byte> prefix = stackalloc byte[NonceLength];
        return value.TryGetHex(prefix, out int length) && length < NonceLength
            ? new ExtranonceSpace(prefix[..length].ToArray(), NonceLength - length)
            : null;
    }

    private sealed record Notice(KawPowNotify Message) : UpstreamNotice(
        Message.JobId,
        Message.Clean,
        Message.Height.ToString(CultureInfo.InvariantCulture),
        Message.Height,
        Message.Bits,
        0,
        Message.Target)
    {
        public override HeaderRecipe MakeRecipe(uint versionMask) => new KawPowRecipe
        {
            HeaderHash = Message.HeaderHash,
            SeedHash = Message.SeedHash,
            Bits = Message.Bits,
            Time = 0,
        };
    }
}
