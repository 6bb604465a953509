using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Jobs;

namespace Otedama.Tests.Pool;

/// <summary>A Stratum server with real jobs and sockets whose share path is a rule given by the test.</summary>
internal sealed class StratumHarness : ICandidateSink, IDisposable
{
    private readonly BlockingCollection<Candidate> _queue = new(65_536);
    private readonly Thread _judge;
    private readonly PacerLoop _pacer;
    private readonly StepLoop _jobLoop;

    /// <summary>Limits of time that no machine is too busy for; a test of one of them sets that one.</summary>
    private static readonly StratumLimits s_patient = new()
    {
        UnreadTimeout = TimeSpan.FromHours(1),
        LineTimeout = TimeSpan.FromHours(1),
        LoginTimeout = TimeSpan.FromHours(1),
    };

    public StratumHarness(
        Func<PoolOptions, PoolOptions>? change = null, Func<Candidate, Rejection>? rule = null, bool withTemplate = true, uint bits = 0x1d00ffff,
        TimeProvider? time = null)
    {
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [new PoolNode(new Uri("http://127.0.0.1:1"))],
            DataDirectory = "",
            OperatorAddress = Address(1),
            Listen = [new IPEndPoint(IPAddress.Loopback, 0)],
            Vardiff = new VardiffOptions { Start = 0.5, Enabled = false },
            Limits = s_patient,
        };
        Options = change is null ? options : change(options);
        byte[] script = Otedama.Core.Address.Decode(Options.OperatorAddress, Options.Coin);
        Jobs = new JobBook(
            new JobBookOptions
            {
                Splits = Splits = TestSplits.To(script),
                ShareTarget = Target.Max,
                FirstId = 1_000,
            },
            TimeProvider.System,
            NullLogger.Instance);
        _jobLoop = new StepLoop(Jobs, NullLogger.Instance);
        _jobLoop.Start();
        Bits = bits;
        if (withTemplate)
        {
            Offer(100);
        }
        Server = new StratumServer(Options, Jobs, new TestAccounts(), TestWorld.Make(time));
        Rule = rule ?? (_ => Rejection.None);
        _judge = new Thread(Judge) { IsBackground = true };
        _judge.Start();
        Server.Start(this);
        _pacer = new PacerLoop(Server, NullLogger.Instance);
        _pacer.Start();
    }

    public PoolOptions Options { get; }

    public JobBook Jobs { get; }

    public TestSplits Splits { get; }

    public StratumServer Server { get; }

    public Func<Candidate, Rejection> Rule { get; set; }

    public uint Bits { get; }

    public ConcurrentQueue<Candidate> Candidates { get; } = new();

    public ConcurrentDictionary<(string, string), int> Accounts { get; } = new();

    public IPEndPoint Endpoint => Server.Endpoints[0];

    public static string Address(byte number)
    {
        byte[] script = [0x00, 0x14, .. Enumerable.Repeat(number, 20)];
        return Otedama.Core.Address.TryEncode(script, CoinCatalogue.BitcoinRegtest, out string text) ? text : throw new InvalidOperationException();
    }

    public void Offer(int height, uint versionRequired = 0) => Jobs.Offer(new Template
    {
        Algorithm = Algorithm.Sha256d,
        Height = height,
        Version = 0x20000000,
        VersionRequired = versionRequired,
        PreviousHash = new Hash256([.. Enumerable.Repeat((byte)height, 32)]),
        Bits = Bits,
        Time = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        TimeMin = 1,
        CoinbaseValue = new Amount(5_000_000_000),
        Transactions = [],
    });

    public Task<TestMiner> ConnectAsync() => TestMiner.ConnectAsync(Endpoint);

    public static string Submit(string id, string user, string job, uint nonce, string? bits = null) =>
        $$"""{"id":{{id}},"method":"mining.submit","params":["{{user}}","{{job}}","0000000000000001","66000000","{{nonce:x8}}"{{(bits is null ? "" : $",\"{bits}\"")}}]}""";

    public void Dispose()
    {
        _pacer.Dispose();
        Server.Dispose();
        _queue.CompleteAdding();
        _judge.Join();
        _jobLoop.DisposeAsync().AsTask().Wait();
        Jobs.Dispose();
    }

    bool ICandidateSink.TryEnqueue(in Candidate candidate) => _queue.TryAdd(candidate);

    private void Judge()
    {
        List<Verdict> batch = [];
        foreach (Candidate first in _queue.GetConsumingEnumerable())
        {
            batch.Clear();
            Candidate candidate = first;
            do
            {
                batch.Add(JudgeOne(candidate));
            }
            while (batch.Count < 256 && _queue.TryTake(out candidate));
            Server.Post.OnVerdicts(batch.ToArray());
        }
    }

    private Verdict JudgeOne(Candidate candidate)
    {
        Candidates.Enqueue(candidate);
        Rejection rejection = candidate.IsOverBudget ? Rejection.OverBudget : Rule(candidate);
        if (rejection == Rejection.None && candidate.Claimant is { AccountId: < 0 } claimant)
        {
            claimant.AccountId = Accounts.GetOrAdd((claimant.Address, claimant.Worker), _ => Accounts.Count + 1);
        }
        return new Verdict
        {
            SessionId = candidate.SessionId,
            WorkerId = candidate.WorkerId,
            Claimant = candidate.Claimant,
            Tag = candidate.Tag,
            JobId = candidate.JobId,
            Rejection = rejection,
            Work = rejection == Rejection.None ? candidate.Target.ToWork() : 0,
            ReceivedAt = candidate.ReceivedAt,
        };
    }
}
