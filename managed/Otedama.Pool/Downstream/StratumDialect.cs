using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// What a header family changes in the conversation with a miner. Login, timers, difficulty and the order of replies
/// are the session's. Stateless: one instance serves all sessions.
/// </summary>
internal abstract class StratumDialect
{
    private static readonly Dictionary<HeaderFamily, Func<CoinSpec, StratumDialect>> s_byFamily = new()
    {
        [HeaderFamily.Bitcoin] = static _ => new BitcoinStratum(),
        [HeaderFamily.KawPow] = static _ => new KawPowStratum(),
        [HeaderFamily.Zcash] = static _ => new ZcashStratum(),
        [HeaderFamily.Gold] = static _ => new ZcashStratum(),
        [HeaderFamily.Verus] = static coin => new VerusStratum(coin),
    };

    public static StratumDialect For(CoinSpec coin) => s_byFamily[coin.Family](coin);

    /// <summary>What a connection speaks that subscribes with these parameters.</summary>
    public virtual StratumDialect For(JsonValue subscribe) => this;

    /// <summary>Connections that can be told apart at once.</summary>
    public virtual int ConnectionsMax => int.MaxValue;

    /// <summary>Leading bits of extranonce 1 that tell connections apart.</summary>
    public virtual int ExtranonceBits => 32;

    /// <summary>Whether the miner learns a session id with which it can come back to its extranonce.</summary>
    public virtual bool CanResume => true;

    public virtual bool RollsVersions => false;

    /// <summary>
    /// What a miner's owner can do about work refused again and again because it is not the miner's own.
    /// </summary>
    public virtual string CureOfForeignWork =>
        "Your miner or proxy changes the bytes that are the pool's own: give each rig its own connection, or update the proxy.";

    /// <summary>
    /// Whether a proof takes far longer to check than to make up, so that sessions have to earn their place in line.
    /// </summary>
    public virtual bool ProofsAreDear => false;

    public abstract void WriteSubscribed(WireBuffer reply, ReadOnlySpan<byte> id, IMinerSession session);

    /// <summary>Tells a changed difficulty; a job always follows.</summary>
    public abstract void WriteDifficulty(WireBuffer reply, double difficulty, Target target);

    public abstract void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target);

    /// <summary>
    /// Fills in what the submit says: job, nonce, time, version, extranonce, proof. False: rejection says why, or
    /// problem when the parameters make no sense.
    /// </summary>
    public abstract bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem);

    /// <summary>The last thing to be read: a candidate that is refused before has no proof to give back.</summary>
    protected static bool TryKeepProof(
        IMinerSession session, ReadOnlySpan<byte> proof, ref Candidate candidate, out Rejection rejection)
    {
        candidate.Proof = session.Proofs.TryRent();
        rejection = candidate.Proof is null ? Rejection.Overloaded : Rejection.None;
        if (candidate.Proof is { } place)
        {
            proof.CopyTo(place);
        }
        return candidate.Proof is not null;
    }

    /// <summary>Answers methods that only this dialect has; false leaves the message to the session.</summary>
    public virtual bool TryAnswer(in StratumMessage message, WireBuffer reply) => false;
}
