using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>The dialect of SHA-256d, scrypt and Verthash pools.</summary>
internal sealed class BitcoinUpstream(AlgorithmFacts facts) : UpstreamDialect(facts)
{
    public override string JobForm => JobForms.Bitcoin;

    public override uint VersionMask => Facts.RollsVersions ? JobBuilder.VersionRollingMask : 0;

    public override string SubscribeForm => "[subscriptions, extranonce1 hex, 1-16]";

    public override bool TryReadSubscribed(JsonValue result, out SubscribeResult? parsed) =>
        SubscribeResult.TryParse(result, out parsed) && parsed!.Extranonce2Size <= 16;

    public override UpstreamNotice? ReadNotify(JsonValue parameters, out string problem)
    {
        if (!NotifyMessage.TryParse(parameters, out NotifyMessage? message, out problem))
        {
            return null;
        }
        if (!Target.TryFromCompact(message!.Bits, out _) || message.CoinbasePrefix.Length == 0)
        {
            problem = $"nbits {message.Bits:x8} or an empty coinbase cannot be mined";
            return null;
        }
        return new Notice(message);
    }

    public override void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate) =>
        StratumRequests.Submit(
            output,
            id,
            user,
            job.WireId,
            candidate.Extranonce.Span[job.Space.Extranonce1.Length..],
            candidate.Time,
            unchecked((uint)candidate.Nonce),
            job.VersionMask != 0 ? candidate.Version & job.VersionMask : null);

    private sealed record Notice(NotifyMessage Message) : UpstreamNotice(
        Message.JobId,
        Message.Clean,
        Message.PreviousHash.ToString(),
        CoinbaseHeight.Read(Message.CoinbasePrefix),
        Message.Bits,
        Message.Time,
        null)
    {
        public override HeaderRecipe MakeRecipe(uint versionMask) => new BitcoinRecipe
        {
            Version = Message.Version,
            VersionMask = versionMask,
            PreviousHash = Message.PreviousHash,
            CoinbasePrefix = Message.CoinbasePrefix,
            CoinbaseSuffix = Message.CoinbaseSuffix,
            Branches = Message.Branches,
            Bits = Message.Bits,
            Time = Message.Time,
        };
    }
}
