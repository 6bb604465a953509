using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Jobs;
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

    /// <summary>Eight hex digits of the nonce in a line, written over for each share.</summary>
    private static ReadOnlySpan<byte> Mark => "deadbeef"u8;

    private readonly TempFolder _directory = new();
    private readonly HandoffRing<Candidate> _ring = new(256);
    private readonly Candidate[] _candidates = new Candidate[ShareValidator.BatchMax];
    private readonly Judgement[] _judgements = new Judgement[ShareValidator.BatchMax];
    private readonly ShareRecord[] _records = new ShareRecord[ShareValidator.BatchMax];
    private readonly Verdict[] _verdicts = new Verdict[ShareValidator.BatchMax];
    private ProofSlab _proofs = ProofSlab.None;
    private long _commitBytes;
    private uint _nonce;

    ProofSlab ICandidateSink.Proofs => _proofs;

    bool ICandidateSink.TryEnqueue(in Candidate candidate) => _ring.TryEnqueue(candidate);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Algorithm.Sha256d)]
    [InlineData(Algorithm.KawPow)]
    [InlineData(Algorithm.Equihash)]
    public void An_accepted_share_allocates_nothing(Algorithm algorithm)
    {
        bool isBitcoin = algorithm == Algorithm.Sha256d;
        CoinSpec coin = isBitcoin ? CoinCatalogue.BitcoinRegtest : CoinCatalogue.OtedamaWith(algorithm);
        PoolOptions options = OptionsOf(coin);
        using JobBook jobs = JobsOf(coin);
        using Ledger ledger = Ledger.Open(
            new LedgerOptions { Directory = _directory.Path, OperatorScript = new byte[] { 1 }, Sync = LogSync.None },
            TimeProvider.System,
            NullLogger.Instance);
        ledger.SplitFor(jobs.Current!.Template, 10); // the window's length is known from here on
        string address = AddressOf(7, coin);
        ledger.InternAccount(address, Address.Decode(address, coin), "rig1");
        _proofs = new ProofSlab(coin.Family.ProofLength(coin.Equihash), Batch);
        using StratumServer server = new(options, jobs, ledger, TestWorld.Make());
        server.Attach(this);
        OneHash proofs = new(coin);
        ShareValidator validator = new(jobs, proofs, proofs, new ShareValidatorOptions());
        FakeConnection miner = new();
        Assert.True(server.OnAccepted(miner));
        string user = address + ".rig1";
        server.OnReceived(miner, Encoding.UTF8.GetBytes(
            "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"test/1\"]}\n"
            + $"{{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"{user}\",\"x\"]}}\n"));
        string line = LineOf(jobs.Current, user, ((StratumSession)miner.State!).Extranonce1);
        Packet first = new(line, 1);
        Packet packet = new(line, Batch);

        // Where proofs are dear, trust is earned first.
        Assert.Equal(1, Run(server, miner, validator, ledger, first, 1));
        int accepted = Run(server, miner, validator, ledger, packet, WarmBatches);
        Assert.Equal(Batch * WarmBatches, accepted);
        _commitBytes = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        accepted = Run(server, miner, validator, ledger, packet, MeasuredBatches);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Batch * MeasuredBatches, accepted);
        Assert.Equal(0, allocated - _commitBytes);
        Assert.InRange(_commitBytes, 0, BytesPerCommit * MeasuredBatches);
        Assert.True(miner.BytesWritten > 36L * Batch * (WarmBatches + MeasuredBatches), "not every share was answered");
        Assert.Equal(0, _proofs.RentedCount);
        server.OnClosed(miner, CloseReason.PeerClosed);
    }

    private static string AddressOf(byte number, CoinSpec coin)
    {
        byte[] script = [0x00, 0x14, .. Enumerable.Repeat(number, 20)];
        Assert.True(Address.TryEncode(script, coin, out string text));
        return text;
    }

    private static PoolOptions OptionsOf(CoinSpec coin) => new()
    {
        Coin = coin,
        Nodes = [new PoolNode(new Uri("http://127.0.0.1:1"))],
        DataDirectory = "",
        OperatorAddress = AddressOf(1, coin),
        Vardiff = new VardiffOptions { Start = 0.5, Enabled = false },
    };

    /// <summary>The payout window of a network this hard takes no new slice within the measured shares.</summary>
    private static JobBook JobsOf(CoinSpec coin)
    {
        JobBookOptions options = new()
        {
            Splits = TestSplits.To(Address.Decode(AddressOf(1, coin), coin)),
            ShareTarget = Target.Max,
            SolutionLength = coin.Equihash?.SolutionLength ?? 0,
            FirstId = 1_000,
        };
        JobBook jobs = new(options, TimeProvider.System, NullLogger.Instance);
        jobs.Offer(new Template
        {
            Algorithm = coin.Algorithm,
            Family = coin.Family,
            Height = 100,
            Version = 0x20000000,
            PreviousHash = JobSamples.Id(1),
            Bits = 0x1a00ffff,
            Time = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            TimeMin = 1,
            CoinbaseValue = new Amount(5_000_000_000),
            Transactions = [],
        });
        return jobs;
    }

    /// <summary>A submit whose nonce ends in the mark.</summary>
    private static string LineOf(PoolJob job, string user, uint extranonce1)
    {
        string parameters = job.Job.Recipe switch
        {
            KawPowRecipe recipe =>
                $"\"{extranonce1 >> 16:x4}0000deadbeef\",\"{recipe.HeaderHash}\",\"{new string('5', 64)}\"",
            ZcashRecipe recipe =>
                $"\"{Hex.Encode(BitConverter.GetBytes(recipe.Time))}\",\"{new string('0', 48)}deadbeef\","
                + $"\"{Hex.Encode(new ByteWriter().Bytes(new byte[recipe.SolutionLength]).ToArray())}\"",
            _ => "\"0000000000000001\",\"66000000\",\"deadbeef\"",
        };
        return $"{{\"id\":1,\"method\":\"mining.submit\",\"params\":[\"{user}\",\"{job.Id:x8}\",{parameters}]}}\n";
    }

    private void Commit(Ledger ledger)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ledger.Commit();
        _commitBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private int Run(
        StratumServer server, FakeConnection miner, ShareValidator validator, Ledger ledger, Packet packet, int times)
    {
        int accepted = 0;
        for (int time = 0; time < times; time++)
        {
            server.OnReceived(miner, packet.Next(ref _nonce));
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
                _proofs.Return(candidate.Proof);
            }
            Assert.True(ledger.TryAppend(_records.AsSpan(0, count)));
            Commit(ledger);
            server.Post.OnVerdicts(_verdicts.AsSpan(0, count));
        }
        return accepted;
    }

    /// <summary>Lines of one read, with other nonces each time.</summary>
    private sealed class Packet
    {
        private readonly byte[] _bytes;
        private readonly int[] _marks;

        public Packet(string line, int lines)
        {
            _bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, lines)));
            int mark = Encoding.UTF8.GetBytes(line).AsSpan().IndexOf(Mark);
            _marks = [.. Enumerable.Range(0, lines).Select(i => (i * line.Length) + mark)];
        }

        public ReadOnlySpan<byte> Next(ref uint nonce)
        {
            foreach (int mark in _marks)
            {
                nonce++.TryFormat(_bytes.AsSpan(mark, Mark.Length), out _, "x8", CultureInfo.InvariantCulture);
            }
            return _bytes;
        }
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
