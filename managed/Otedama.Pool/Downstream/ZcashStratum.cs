using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// ZIP 301: targets in place of difficulties, one header for all, connections told apart by the first four bytes of the
/// header's nonce. See ZIP301.md beside this file for what miners need.
/// </summary>
internal class ZcashStratum : StratumDialect
{
    protected const int Nonce1Length = sizeof(uint);

    private const int Nonce2Length = Hash256.Size - Nonce1Length;

    public override bool ProofsAreDear => true;

    public override void WriteSubscribed(WireBuffer reply, ReadOnlySpan<byte> id, IMinerSession session)
    {
        Span<byte> resumeId = stackalloc byte[sizeof(ulong)];
        Span<byte> nonce1 = stackalloc byte[Nonce1Length];
        BinaryPrimitives.WriteUInt64BigEndian(resumeId, session.ResumeId);
        BinaryPrimitives.WriteUInt32BigEndian(nonce1, session.Extranonce1);
        ZcashWriter.Subscribed(reply, id, resumeId, nonce1);
    }

    public override void WriteDifficulty(WireBuffer reply, double difficulty, Target target) => StratumWriter.SetTarget(reply, target);

    public override void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target) =>
        ZcashWriter.Notify(reply, job.Job, clean);

    public override bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem)
    {
        Span<byte> room = stackalloc byte[ZcashSubmit.RoomLength];
        if (!TryReadSubmit(session, parameters, room, out ZcashSubmit submit, out PoolJob? job, out rejection, out problem))
        {
            return false;
        }
        candidate.JobId = job.Id;
        candidate.Time = submit.Time;
        candidate.Extranonce = WholeNonce(session, submit);
        return TryKeepProof(session, submit.Solution, ref candidate, out rejection);
    }

    /// <summary>The submit in the form its job wants; the job is looked up first, because it says how long a solution is.</summary>
    protected static bool TryReadSubmit(
        IMinerSession session,
        JsonValue parameters,
        Span<byte> room,
        out ZcashSubmit submit,
        [NotNullWhen(true)] out PoolJob? job,
        out Rejection rejection,
        out string problem)
    {
        submit = default;
        (rejection, problem) = (Rejection.None, "");
        if (!session.TryFindJob(parameters.Element(1), out job))
        {
            rejection = Rejection.UnknownJob;
            return false;
        }
        int length = ((Zip301Recipe)job.Job.Recipe).SolutionLength;
        return ZcashSubmit.TryParse(parameters, Nonce2Length, length, room, out submit, out problem);
    }

    protected static Extranonce WholeNonce(IMinerSession session, in ZcashSubmit submit)
    {
        Span<byte> nonce = stackalloc byte[Hash256.Size];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, session.Extranonce1);
        submit.Nonce2.Span.CopyTo(nonce[Nonce1Length..]);
        return new Extranonce(nonce);
    }
}
