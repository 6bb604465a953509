using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>The dialect of SHA-256d, scrypt and Verthash coins.</summary>
internal sealed class BitcoinStratum : StratumDialect
{
    public override bool RollsVersions => true;

    public override void WriteSubscribed(WireBuffer reply, ReadOnlySpan<byte> id, IMinerSession session)
    {
        Span<byte> resumeId = stackalloc byte[8];
        Span<byte> extranonce1 = stackalloc byte[JobBuilder.Extranonce1Length];
        BinaryPrimitives.WriteUInt64BigEndian(resumeId, session.ResumeId);
        BinaryPrimitives.WriteUInt32BigEndian(extranonce1, session.Extranonce1);
        StratumWriter.SubscribeResult(reply, id, resumeId, extranonce1, JobBuilder.Extranonce2Length);
    }

    public override void WriteDifficulty(WireBuffer reply, double difficulty, Target target) =>
        StratumWriter.SetDifficulty(reply, difficulty);

    public override void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target) =>
        reply.Append(notifies.Line(job, clean));

    public override bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem)
    {
        rejection = Rejection.None;
        if (!SubmitRequest.TryParse(parameters, JobBuilder.Extranonce2Length, out SubmitRequest request, out problem))
        {
            return false;
        }
        if (!session.TryFindJob(request.Job, out PoolJob? job))
        {
            rejection = Rejection.UnknownJob;
            return false;
        }
        if (!session.TryVersion((BitcoinRecipe)job.Job.Recipe, request.VersionBits, out uint version))
        {
            rejection = Rejection.VersionOutOfMask;
            return false;
        }
        Span<byte> extranonce = stackalloc byte[JobBuilder.Extranonce1Length + JobBuilder.Extranonce2Length];
        BinaryPrimitives.WriteUInt32BigEndian(extranonce, session.Extranonce1);
        request.Extranonce2.Span.CopyTo(extranonce[JobBuilder.Extranonce1Length..]);
        candidate.JobId = job.Id;
        candidate.Nonce = request.Nonce;
        candidate.Time = request.Time;
        candidate.Version = version;
        candidate.VersionMask = session.VersionMask;
        candidate.Extranonce = new Extranonce(extranonce);
        return true;
    }
}
