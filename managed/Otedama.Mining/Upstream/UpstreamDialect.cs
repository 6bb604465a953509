using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>What a header family changes in the conversation with a pool. Stateless.</summary>
internal abstract class UpstreamDialect(AlgorithmFacts facts)
{
    private static readonly Dictionary<HeaderFamily, Func<AlgorithmFacts, UpstreamDialect>> s_byFamily = new()
    {
        [HeaderFamily.Bitcoin] = static facts => new BitcoinUpstream(facts),
        [HeaderFamily.KawPow] = static facts => new KawPowUpstream(facts),
        [HeaderFamily.Zcash] = static facts => new ZcashUpstream(facts),
        [HeaderFamily.Verus] = static facts => new VerusUpstream(facts),
    };

    /// <summary>Throws ArgumentOutOfRangeException for what is no algorithm.</summary>
    public static UpstreamDialect For(Algorithm algorithm, EquihashRule? equihash = null)
    {
        AlgorithmFacts facts = AlgorithmFacts.Of(algorithm, equihash);
        return s_byFamily[facts.Family](facts);
    }

    protected AlgorithmFacts Facts { get; } = facts;

    /// <summary>What the pool speaks that answered mining.subscribe like this.</summary>
    public virtual UpstreamDialect AnsweredBy(JsonValue subscribed) => this;

    /// <summary>One of JobForms: whose jobs these are, for messages.</summary>
    public abstract string JobForm { get; }

    /// <summary>Target of difficulty 1; for display only where jobs come with targets.</summary>
    public virtual Target DifficultyOne => Facts.DifficultyOne;

    /// <summary>Version bits we would like to roll; 0 = none.</summary>
    public virtual uint VersionMask => 0;

    /// <summary>Whether to ask for extranonce changes during the session.</summary>
    public virtual bool WantsExtranonceChanges => true;

    /// <summary>What mining.subscribe should have answered, for messages.</summary>
    public abstract string SubscribeForm { get; }

    public abstract bool TryReadSubscribed(JsonValue result, out SubscribeResult? parsed);

    /// <summary>Params of mining.set_extranonce; null when they make no sense.</summary>
    public virtual ExtranonceSpace? ReadExtranonce(JsonValue parameters)
    {
        Span<byte> extranonce1 = stackalloc byte[Extranonce.MaxLength];
        bool good = parameters.Element(0).TryGetHex(extranonce1, out int length)
            & parameters.Element(1).TryGetInt64(out long size)
            && size is >= 1 and <= 16
            && length + size <= Extranonce.MaxLength;
        return good ? new ExtranonceSpace(extranonce1[..length].ToArray(), (int)size) : null;
    }

    /// <summary>Null when it cannot be mined; problem says why.</summary>
    public abstract UpstreamNotice? ReadNotify(JsonValue parameters, out string problem);

    public abstract void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate);
}

/// <summary>A mining.notify of any dialect.</summary>
/// <param name="JobId">The pool's own id.</param>
/// <param name="Tip">Changes when the chain's tip does.</param>
/// <param name="Height">0 when not known.</param>
/// <param name="Bits">Of the network's target; 0 when the pool does not say.</param>
/// <param name="ShareTarget">Null = what was set before.</param>
internal abstract record UpstreamNotice(string JobId, bool Clean, string Tip, int Height, uint Bits, uint Time, Target? ShareTarget)
{
    public abstract HeaderRecipe MakeRecipe(uint versionMask);
}
