using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// What the dialects of Equihash and Verus pools share (ZIP 301): targets, nonce 1, header fields in notify.
/// </summary>
internal abstract class Zip301Upstream(AlgorithmFacts facts) : UpstreamDialect(facts)
{
    public override bool WantsExtranonceChanges => false;

    /// <summary>Bytes of the nonce a pool may take and still leave us a counter.</summary>
    protected abstract int Nonce1LengthMax { get; }

    public override string SubscribeForm => $"[session, nonce1 of 0 to {Nonce1LengthMax} bytes as hex]";

    public override bool TryReadSubscribed(JsonValue result, out SubscribeResult? parsed)
    {
        ExtranonceSpace? space = ReadSpace(result.Element(1));
        parsed = space is null
            ? null
            : new SubscribeResult(result.Element(0).GetText(128), space.Extranonce1.ToArray(), space.Extranonce2Length);
        return space is not null;
    }

    public override ExtranonceSpace? ReadExtranonce(JsonValue parameters) => ReadSpace(parameters.Element(0));

    public override UpstreamNotice? ReadNotify(JsonValue parameters, out string problem)
    {
        if (!ZcashNotify.TryParse(parameters, out ZcashNotify? message, out problem))
        {
            return null;
        }
        if (!Target.TryFromCompact(message!.Bits, out _))
        {
            problem = $"bits {message.Bits:x8} cannot be mined";
            return null;
        }
        return MakeNotice(message, parameters, out problem);
    }

    /// <summary>Bytes of our own counter behind the pool's.</summary>
    protected abstract int CounterLength(int nonce1Length);

    /// <summary>
    /// parameters: all of mining.notify, for what stands behind the common fields. Null when it cannot be mined;
    /// problem says why.
    /// </summary>
    protected abstract UpstreamNotice? MakeNotice(ZcashNotify message, JsonValue parameters, out string problem);

    private ExtranonceSpace? ReadSpace(JsonValue value)
    {
        Span<byte> nonce1 = stackalloc byte[Hash256.Size];
        return value.TryGetHex(nonce1, out int length) && length <= Nonce1LengthMax
            ? new ExtranonceSpace(nonce1[..length].ToArray(), CounterLength(length))
            : null;
    }
}
