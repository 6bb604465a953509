using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Mining;

/// <summary>
/// EthereumStratum/1.0.0 of a KawPow pool that answers mining.subscribe in it: difficulties in place of targets, and shares
/// without header and mix. Such a pool does not tell the network's target.
/// </summary>
internal sealed class KawPowEthereumUpstream(AlgorithmFacts facts) : KawPowUpstream(facts)
{
    public override Target DifficultyOne => EthereumStratum.DifficultyOne;

    public override UpstreamNotice? ReadNotify(JsonValue parameters, out string problem) =>
        EthereumStratum.TryReadNotify(parameters, out KawPowNotify? message, out problem) ? CheckSeed(message!, out problem) : null;

    public override void WriteSubmit(WireBuffer output, int id, string user, UpstreamJob job, in Candidate candidate)
    {
        Span<byte> nonce = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, candidate.Nonce);
        EthereumStratum.Submit(output, id, user, job.WireId, nonce[job.Space.Extranonce1.Length..]);
    }
}
