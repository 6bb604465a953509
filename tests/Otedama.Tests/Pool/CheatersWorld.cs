using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Jobs;
using Otedama.Wire;

namespace Otedama.Tests.Pool;

/// <summary>Job book, Stratum server and validator without threads, sockets or hashing; the test moves time.</summary>
internal sealed class CheatersWorld : IProofChecker, IMerkleRoots, ICandidateSink, IDisposable
{
    private readonly Judgement[] _judgement = new Judgement[1];
    private readonly ShareValidator _validator;
    private readonly Dictionary<(uint Work, uint Extranonce, ulong Nonce), Hash256> _hashes = [];
    private Hash256 _hash;
    private int _height = 100;

    public CheatersWorld(int seed)
    {
        Random = new Random(seed);
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [new PoolNode(new Uri("http://127.0.0.1:1"))],
            DataDirectory = "",
            OperatorAddress = StratumHarness.Address(1),
            Vardiff = new VardiffOptions { TargetSeconds = 5 },
        };
        byte[] script = Address.Decode(options.OperatorAddress, options.Coin);
        Jobs = new JobBook(
            new JobBookOptions
            {
                Splits = TestSplits.To(script),
                ShareTarget = Target.Max,
                FirstId = 1_000,
            },
            Time,
            NullLogger.Instance);
        Offer(newTip: true);
        Server = new StratumServer(options, Jobs, new TestAccounts(1), TestWorld.Make(Time));
        Server.Attach(this);
        _validator = new ShareValidator(Jobs, this, this, new ShareValidatorOptions());
    }

    public Random Random { get; }

    public HeldClock Time { get; } = new();

    public JobBook Jobs { get; }

    public StratumServer Server { get; }

    /// <summary>Work of the shares accepted since it was last set to null.</summary>
    public List<double> Accepted { get; } = [];

    public void Offer(bool newTip)
    {
        _height += newTip ? 1 : 0;
        Jobs.Offer(new Template
        {
            Algorithm = Algorithm.Sha256d,
            Height = _height,
            Version = 0x20000000,
            PreviousHash = new Hash256([.. BitConverter.GetBytes(_height), .. new byte[28]]),
            Bits = 0x17029a8a,
            Time = (uint)Time.GetUtcNow().ToUnixTimeSeconds(),
            TimeMin = 1,
            CoinbaseValue = new Amount(5_000_000_000 + Random.Next(1_000_000)),
            Transactions = [],
        });
    }

    /// <summary>A hash was found: it belongs to this work and this extranonce and is worth nothing anywhere else.</summary>
    public void Found(uint work, uint extranonce, uint nonce, Hash256 hash) => _hashes[(work, extranonce, nonce)] = hash;

    public void Forget() => _hashes.Clear();

    public void Check(Algorithm algorithm, ReadOnlySpan<ProofItem> items, ReadOnlySpan<byte> data, Span<ProofResult> results) =>
        results[0] = new ProofResult(items[0].Target.IsMetBy(_hash) ? ProofVerdict.Valid : ProofVerdict.AboveTarget, _hash);

    public void Compute(BitcoinRecipe recipe, ReadOnlySpan<byte> extranonces, int extranonceLength, Span<byte> roots) => roots.Clear();

    public void Dispose()
    {
        Server.Dispose();
        Jobs.Dispose();
    }

    bool ICandidateSink.TryEnqueue(in Candidate candidate)
    {
        uint extranonce = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(candidate.Extranonce.Span);
        uint work = Jobs.TryGet(candidate.JobId, out PoolJob? job) ? job.Job.WorkId : 0;
        _hash = _hashes.GetValueOrDefault((work, extranonce, candidate.Nonce), new Hash256([.. Enumerable.Repeat((byte)0xff, 32)]));
        _validator.Judge([candidate], _judgement);
        Rejection rejection = _judgement[0].Rejection;
        if (rejection == Rejection.None)
        {
            Accepted.Add((double)_judgement[0].Share.Work);
        }
        Server.Post.OnVerdicts([new Verdict
        {
            SessionId = candidate.SessionId, WorkerId = candidate.WorkerId, Claimant = candidate.Claimant, Tag = candidate.Tag,
            JobId = candidate.JobId, Rejection = rejection, Work = rejection == Rejection.None ? _judgement[0].Share.Work : 0,
            ReceivedAt = candidate.ReceivedAt,
        }]);
        return true;
    }

    /// <summary>A connection without a socket: lines in, lines out.</summary>
    internal sealed class Line : TransportConnection
    {
        private readonly CheatersWorld _world;
        private readonly StringBuilder _out = new();
        private bool _closed;

        public Line(CheatersWorld world)
        {
            _world = world;
            Remote = new IPEndPoint(IPAddress.Loopback, 1);
            _closed = !world.Server.OnAccepted(this);
        }

        public override bool IsClosed => _closed;

        public StratumSession Session => (StratumSession)State!;

        public void Send(string line)
        {
            if (!_closed)
            {
                _world.Server.OnReceived(this, Encoding.ASCII.GetBytes(line + "\n"));
            }
        }

        /// <summary>What came since the last call.</summary>
        public string[] Read()
        {
            string[] lines = _out.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            _out.Clear();
            return lines;
        }

        public override bool Write(ReadOnlySpan<byte> bytes)
        {
            _out.Append(Encoding.ASCII.GetString(bytes));
            return !_closed;
        }

        public override void Flush()
        {
        }

        public override void Close(CloseReason reason)
        {
            if (!_closed)
            {
                _closed = true;
                _world.Server.OnClosed(this, reason);
            }
        }
    }
}
