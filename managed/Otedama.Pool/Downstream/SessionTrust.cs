using System.Globalization;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Where a check takes milliseconds and a made-up proof nothing, a session has a budget of wrong proofs, and stands
/// behind those that have shown work until it has shown some itself. Under the session's lock.
/// </summary>
internal sealed class SessionTrust(SessionRoom room, MinerLink link)
{
    /// <summary>
    /// Wrong proofs a session may be ahead of its good ones. A card with one fault in ten shares never is by more
    /// than a few.
    /// </summary>
    private const int WrongProofsMax = 8;

    /// <summary>
    /// Of 100 points that shut an address out: the third connection in a minute is its last for a while.
    /// </summary>
    private const double WrongProofsPoints = 40;

    /// <summary>
    /// Unchecked candidates of a session that has shown no work: a burst of a fast card, and no queue of forgeries.
    /// </summary>
    private const int StrangerPendingMax = 16;

    private CandidateRank _rank = CandidateRank.Stranger;
    private int _wrongProofs;
    private bool _hasShare;

    /// <summary>
    /// Sets a dear candidate's rank by the session's pending submits. False: the session has used up what may wait
    /// unchecked. A session changes its place in line only while nothing of it waits, so that its answers keep their
    /// order; a claimed block alone may overtake.
    /// </summary>
    public bool TryRank(ref Candidate candidate, long pending)
    {
        if (pending == 0)
        {
            _rank = _hasShare && _wrongProofs == 0 ? CandidateRank.Known : CandidateRank.Stranger;
        }
        bool isBlock = room.Jobs.TryGet(candidate.JobId, out PoolJob? job)
            && job.Job.Recipe.ClaimsBlock(candidate, job.Job.NetworkTarget);
        candidate.Rank = isBlock ? CandidateRank.ClaimedBlock : _rank;
        return candidate.Rank != CandidateRank.Stranger || pending < StrangerPendingMax;
    }

    /// <summary>After a verdict. False: there were too many wrong proofs, and the session has ended.</summary>
    public bool Survives(Rejection rejection, bool proofsAreDear)
    {
        if (rejection == Rejection.None)
        {
            _hasShare = true;
            _wrongProofs = Math.Max(0, _wrongProofs - 1);
        }
        if (rejection != Rejection.BadProof || !proofsAreDear || ++_wrongProofs < WrongProofsMax)
        {
            return true;
        }
        link.Show(string.Create(
            CultureInfo.InvariantCulture,
            $"closed: {_wrongProofs} wrong proofs of work more than good ones."
            + $" Check the card's clocks and the miner's algorithm."));
        room.Log.WrongProofs(link.Connection, _wrongProofs, room.Now);
        room.Guard.AddPoints(link.Entry, WrongProofsPoints, room.Now);
        link.End(CloseReason.Banned);
        return false;
    }
}
