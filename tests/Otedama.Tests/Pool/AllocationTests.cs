using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Pool;

/// <summary>
/// The budget of the share path is 0 bytes a share: line, session, ring, validator, log and verdict, all run on the test's
/// thread so that its allocations are the path's.
/// </summary>
public sealed class AllocationTests : ICandidateSink, IDisposable
{
    private const int Batch = 64;

    /// <summary>A commit notes its place in the log anew, whatever the number of shares it holds.</summary>
    private const int BytesPerCommit = 64;

    /// <summary>Duplicate sets and buffers grow by doubling: after so many shares the next growth is beyond the measured ones.</summary>
    private const int WarmBatches = 640, MeasuredBatches = 300;

    private readonly TempFolder _directory = new();
    private readonly HandoffRing<Candidate> _ring = new(256);
    private readonly Candidate[] _candidates = new Candidate[ShareValidator.BatchMax];
    private readonly Judgement[] _judgements = new Judgement[ShareValidator.BatchMax];
    private readonly ShareRecord[] _records = new ShareRecord[ShareValidator.BatchMax];
    private readonly Verdict[] _verdicts = new Verdict[ShareValidator.BatchMax];
    private long _commitBytes;

    bool ICandidateSink.TryEnqueue(in Candidate candidate) => _ring.TryEnqueue(candidate);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void An_accepted_share_allocates_nothing()
    {
        // For its options and jobs; its own server stays idle. The payout window of a network this hard takes no new slice
        // within the measured shares.
        using StratumHarness harness = new(bits: 0x1a00ffff);
        using Ledger ledger = Ledger.Open(
            new LedgerOptions { Directory = _directory.Path, OperatorScript = new byte[] { 1 }, Sync = LogSync.None }, TimeProvider.System, NullLogger.Instance);
        ledger.SplitFor(harness.Jobs.Current!.Template, 10); // the window's length is known from here on
        ledger.InternAccount(StratumHarness.Address(7), Address.Decode(StratumHarness.Address(7), harness.Options.Coin), "rig1");
        using StratumServer server = new(harness.Options, harness.Jobs, ledger, TestWorld.Make());
        server.Start(this);
        OneHash proofs = new(harness.Options.Coin);
        ShareValidator validator = new(harness.Jobs, proofs, proofs, new ShareValidatorOptions());
        FakeConnection miner = new();
        Assert.True(server.OnAccepted(miner));
        string user = StratumHarness.Address(7) + ".rig1";
        server.OnReceived(miner, Encoding.UTF8.GetBytes(
            "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"test/1\"]}\n"
            + $"{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{user}\",\"x\"]}}\n"));
        byte[][] packets = [.. Enumerable.Range(0, WarmBatches + MeasuredBatches).Select(batch => Packet(user, batch))];

        int accepted = Run(server, miner, validator, ledger, packets.AsSpan(0, WarmBatches));
        Assert.Equal(Batch * WarmBatches, accepted);
        _commitBytes = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        accepted = Run(server, miner, validator, ledger, packets.AsSpan(WarmBatches));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Batch * MeasuredBatches, accepted);
        Assert.Equal(0, allocated - _commitBytes);
        Assert.InRange(_commitBytes, 0, BytesPerCommit * MeasuredBatches);
        Assert.True(miner.BytesWritten > 36L * Batch * (WarmBatches + MeasuredBatches), "not every share was answered");
        server.OnClosed(miner, CloseReason.PeerClosed);
    }

    private static byte[] Packet(string user, int batch) => Encoding.UTF8.GetBytes(string.Concat(
        Enumerable.Range(0, Batch).Select(i => StratumHarness.Submit($"{i}", user, "000003e8", (uint)((batch * Batch) + i)) + "\n")));

    private void Commit(Ledger ledger)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ledger.Commit();
        _commitBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private int Run(StratumServer server, FakeConnection miner, ShareValidator validator, Ledger ledger, ReadOnlySpan<byte[]> packets)
    {
        int accepted = 0;
        foreach (byte[] packet in packets)
        {
            server.OnReceived(miner, packet);
            int count = _ring.Dequeue(_candidates);
            validator.Judge(_candidates.AsSpan(0, count), _judgements);
            for (int i = 0; i < count; i++)
            {
                ref readonly Candidate candidate = ref _candidates[i];
                accepted += _judgements[i].Rejection == Rejection.None ? 1 : 0;
                _records[i] = ShareRecord.From(_judgements[i].Share, 1_000);
                _verdicts[i] = new Verdict
                {
                    SessionId = candidate.SessionId,
                    WorkerId = candidate.WorkerId,
                    Claimant = candidate.Claimant,
                    Tag = candidate.Tag,
                    JobId = candidate.JobId,
                    Rejection = _judgements[i].Rejection,
                    Work = _judgements[i].Share.Work,
                    ReceivedAt = candidate.ReceivedAt,
                };
            }
            Assert.True(ledger.TryAppend(_records.AsSpan(0, count)));
            Commit(ledger);
            server.OnVerdicts(_verdicts.AsSpan(0, count));
        }
        return accepted;
    }

    /// <summary>Every share meets difficulty 0.75: above the session's 0.5, below the network's.</summary>
    private sealed class OneHash(CoinSpec coin) : IProofChecker, IMerkleRoots
    {
        private readonly Hash256 _hash = Hash256.FromDisplay(Target.FromDifficulty(0.75, coin.DifficultyOne).ToString());

        public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
            results[..items.Length].Fill(new ProofResult(ProofVerdict.Valid, _hash));

        public void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots) => roots.Clear();
    }

    private sealed class FakeConnection : TransportConnection
    {
        public FakeConnection() => Remote = new IPEndPoint(IPAddress.Loopback, 1);

        public override bool IsClosed => false;

        public long BytesWritten { get; private set; }

        public override bool Write(ReadOnlySpan<byte> bytes)
        {
            BytesWritten += bytes.Length;
            return true;
        }

        public override void Flush()
        {
        }

        public override void Close(CloseReason reason)
        {
        }
    }
}
