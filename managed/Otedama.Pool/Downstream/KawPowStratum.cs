using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// The dialect of KawPow coins: targets in place of difficulties, one header hash for all, connections told apart by the
/// first two bytes of the nonce.
/// </summary>
internal class KawPowStratum : StratumDialect
{
    private static readonly KawPowEthereumStratum s_ethereum = new();

    /// <summary>Bytes of extranonce 1 on the wire; miners keep all of them, the first two are enforced.</summary>
    private const int WireLength = 3;

    /// <summary>Prefixes there are, less some that closing connections still hold.</summary>
    public override int ConnectionsMax => 60_000;

    public override int ExtranonceBits => 8 * KawPow.PrefixLength;

    public override bool CanResume => false;

    public override bool ProofsAreDear => true;

    public override StratumDialect For(JsonValue subscribe) => EthereumStratum.IsAskedFor(subscribe) ? s_ethereum : this;

    public override void WriteSubscribed(WireBuffer reply, ReadOnlySpan<byte> id, IMinerSession session)
    {
        Span<byte> extranonce1 = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(extranonce1, session.Extranonce1);
        KawPowWriter.Subscribed(reply, id, extranonce1[..WireLength]);
    }

    public override void WriteDifficulty(WireBuffer reply, double difficulty, Target target) => StratumWriter.SetTarget(reply, target);

    public override void WriteJob(WireBuffer reply, NotifyCache notifies, PoolJob job, bool clean, Target target) =>
        KawPowWriter.Notify(reply, job.Job, target, clean);

    public override bool TryRead(
        IMinerSession session, JsonValue parameters, ref Candidate candidate, out Rejection rejection, out string problem)
    {
        rejection = Rejection.None;
        Span<byte> mix = stackalloc byte[KawPow.MixSize];
        if (!KawPowSubmit.TryParse(parameters, mix, out KawPowSubmit submit, out problem))
        {
            return false;
        }
        if (!session.TryFindJob(submit.Job, out PoolJob? job))
        {
            rejection = Rejection.UnknownJob;
            return false;
        }
        KawPowRecipe recipe = (KawPowRecipe)job.Job.Recipe;
        if (submit.HeaderHash != recipe.HeaderHash)
        {
            problem = "header hash is not that of the job";
            return false;
        }
        Span<byte> extranonce1 = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(extranonce1, session.Extranonce1);
        candidate.JobId = job.Id;
        candidate.Nonce = submit.Nonce;
        candidate.Time = recipe.Time;
        candidate.Extranonce = new Extranonce(extranonce1[..KawPow.PrefixLength]);
        return TryKeepProof(session, mix, ref candidate, out rejection);
    }

    /// <summary>
    /// Miners that speak several dialects try mining.hello and eth_submitLogin first and take an error as "not this one",
    /// so it costs no points; nor does a wish for extranonce changes, which never come.
    /// </summary>
    public override bool TryAnswer(in StratumMessage message, WireBuffer reply)
    {
        ReadOnlySpan<byte> name = message.MethodName.Inner;
        if (name.SequenceEqual("eth_submitHashrate"u8))
        {
            StratumWriter.True(reply, message.Id);
            return true;
        }
        if (name.StartsWith("eth_"u8))
        {
            StratumWriter.Error(reply, message.Id, StratumError.Other, "EthProxy is not spoken here; use stratum or EthereumStratum/1.0.0");
            return true;
        }
        if (name.SequenceEqual("mining.hello"u8) || message.Method == StratumMethod.ExtranonceSubscribe)
        {
            StratumWriter.Error(reply, message.Id, StratumError.Other, "not supported");
            return true;
        }
        return false;
    }
}
