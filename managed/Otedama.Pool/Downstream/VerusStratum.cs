using System.Buffers.Binary;
using System.Globalization;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// ZIP 301 with a solution that comes from the node. Where the header is bound, the last 15 bytes of the solution are all a
/// miner may change, and its own four bytes have to stand among them.
/// </summary>
internal sealed class VerusStratum(CoinSpec coin) : ZcashStratum
{
    public override string CureOfForeignWork =>
        "Your miner is too old for Verus solution version 7: it leaves the pool's four bytes out of the solution. Update it.";

    /// <summary>Some miners read the height from a message of this form, as notify does not carry it.</summary>
    public override void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target)
    {
        base.WriteJob(reply, notifies, job, clean, target);
        if (clean)
        {
            StratumWriter.ShowMessage(reply, string.Create(CultureInfo.InvariantCulture, $"equihash {coin.Symbol} block {job.Job.Height}"));
        }
    }

    public override bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem)
    {
        Span<byte> room = stackalloc byte[ZcashSubmit.RoomLength];
        if (!TryReadSubmit(session, parameters, room, out ZcashSubmit submit, out PoolJob? job, out rejection, out problem))
        {
            return false;
        }
        VerusBlockRecipe recipe = (VerusBlockRecipe)job.Job.Recipe;
        if (!submit.Solution[..sizeof(uint)].SequenceEqual(recipe.Solution.Span[..sizeof(uint)]))
        {
            problem = "the solution is of another version than the job's";
            return false;
        }
        Span<byte> nonce1 = stackalloc byte[Nonce1Length];
        BinaryPrimitives.WriteUInt32BigEndian(nonce1, session.Extranonce1);
        ReadOnlySpan<byte> tail = submit.Solution[^Verus.NonceLength..];
        if (recipe.IsBound && (tail.IndexOf(nonce1) < 0 || HoldsAnothers(session, tail)))
        {
            rejection = Rejection.NotYours;
            return false;
        }
        candidate.JobId = job.Id;
        candidate.Time = submit.Time;
        candidate.Extranonce = recipe.IsBound ? NonceOf(recipe) : WholeNonce(session, submit);
        return TryKeepProof(session, tail, ref candidate, out rejection);
    }

    private static Extranonce NonceOf(VerusBlockRecipe recipe)
    {
        Span<byte> nonce = stackalloc byte[Hash256.Size];
        recipe.Nonce.CopyTo(nonce);
        return new Extranonce(nonce);
    }

    /// <summary>
    /// The tail has room for the bytes of two sessions. Work that bears both could be sent under either, by whichever target
    /// pays more once the hash is known.
    /// </summary>
    private static bool HoldsAnothers(IMinerSession session, ReadOnlySpan<byte> tail)
    {
        for (int i = 0; i + Nonce1Length <= tail.Length; i++)
        {
            if (session.IsAnothers(BinaryPrimitives.ReadUInt32BigEndian(tail[i..])))
            {
                return true;
            }
        }
        return false;
    }
}
