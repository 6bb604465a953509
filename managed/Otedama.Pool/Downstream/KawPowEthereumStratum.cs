using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// EthereumStratum/1.0.0 on a KawPow pool, for connections that subscribe with that name. Shares come without a mix, so
/// each costs the pool a whole evaluation, and a block gets the mix the pool has computed.
/// </summary>
internal sealed class KawPowEthereumStratum : KawPowStratum
{
    public override void WriteSubscribed(WireBuffer reply, ReadOnlySpan<byte> id, IMinerSession session)
    {
        Span<byte> sessionId = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(sessionId, session.ResumeId);
        EthereumStratum.Subscribed(reply, id, sessionId, Prefix(session, stackalloc byte[sizeof(uint)]));
    }

    public override void WriteDifficulty(WireBuffer reply, double difficulty, Target target) =>
        EthereumStratum.SetDifficulty(reply, target);

    public override void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target) =>
        EthereumStratum.Notify(reply, job.Job);

    public override bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem)
    {
        rejection = Rejection.None;
        ReadOnlySpan<byte> prefix = Prefix(session, stackalloc byte[sizeof(uint)]);
        if (!EthereumStratum.TryReadSubmit(parameters, prefix, out JsonValue id, out ulong nonce, out problem))
        {
            return false;
        }
        if (!session.TryFindJob(id, out PoolJob? job))
        {
            rejection = Rejection.UnknownJob;
            return false;
        }
        candidate.JobId = job.Id;
        candidate.Nonce = nonce;
        candidate.Time = job.Job.Recipe.Time;
        candidate.Extranonce = new Extranonce(prefix);
        return true; // no proof: the mix is computed
    }

    /// <summary>Leading nonce bytes the pool sets; submits leave them out.</summary>
    private static ReadOnlySpan<byte> Prefix(IMinerSession session, Span<byte> extranonce1)
    {
        BinaryPrimitives.WriteUInt32BigEndian(extranonce1, session.Extranonce1);
        return extranonce1[..KawPow.PrefixLength];
    }
}
