using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Tests.Jobs;
using Otedama.Tests.Pool;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Templates;

/// <summary>Mines blocks on a real node through JobSource, as the pool does, with the native search.</summary>
internal sealed class ChainMiner : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    private readonly PowEngine _engine;
    private readonly PowHit[] _hits = new PowHit[8];
    private readonly string _folder = Directory.CreateTempSubdirectory("otedama-mine").FullName;
    private readonly RpcClient _rpc;

    public ChainMiner(RpcEndpoint node, Algorithm algorithm, IReadOnlyList<string> rules, byte[] script, RpcEndpoint? second = null)
    {
        _engine = PowEngine.Create(algorithm);
        _rpc = new RpcClient(node, TimeProvider.System);
        NodeEndpoint[] nodes = second is null ? [node] : [node, second];
        Source = new JobSource(
            new NodeClientGroupOptions { Nodes = nodes, Algorithm = algorithm, Rules = rules, PollEvery = TimeSpan.FromMilliseconds(100) },
            new JobBookOptions
            {
                ShareTarget = Target.Max,
                Splits = TestSplits.To(script),
            },
            _folder, TestWorld.Make());
        Source.Start();
    }

    public JobSource Source { get; }

    /// <summary>Mines one block and returns the job it was made of; fails when the node does not accept it.</summary>
    public async Task<(PoolJob Job, Hash256 Id, Hash256 Coinbase)> MineAsync(uint afterGeneration = 0)
    {
        await Source.FirstJobAsync(s_patience, default);
        using CancellationTokenSource patience = new(s_patience);
        while (Source.Jobs.Generation <= afterGeneration)
        {
            Assert.False(patience.IsCancellationRequested, $"no new tip after generation {afterGeneration}: {Source.Nodes.Snapshot()[0]}");
            await Task.Delay(2);
        }
        PoolJob job = Source.Jobs.JobFor(CoinbaseClass.Default)!;
        byte[] header = new byte[80];
        byte[] extranonce = BitConverter.GetBytes((long)job.Id);
        Array.Resize(ref extranonce, 12);
        job.Recipe.WriteHeader(extranonce, job.Recipe.Version | 0x6000, job.Recipe.Time, 0, header);
        PowWork work = new() { Data = header, NonceFirst = 0, NonceCount = 1UL << 32, Target = job.Job.NetworkTarget };
        PowScan scan = _engine.Scan([work], _hits.AsSpan(0, 1), s_patience);
        Assert.True(scan.HitCount == 1, $"no nonce within {s_patience}");
        job.Recipe.WriteHeader(extranonce, job.Recipe.Version | 0x6000, job.Recipe.Time, (uint)_hits[0].Nonce, header);
        Hash256 id = Sha256d.Hash(header);
        Source.Blocks.Submit(job, header, new Candidate { JobId = job.Id, Extranonce = new Extranonce(extranonce) }, default);
        BlockReport? report;
        while ((report = Source.Blocks.History.Recent.FirstOrDefault(found => found.Id == id))?.Outcome is null)
        {
            Assert.False(patience.IsCancellationRequested, $"no answer to block {id}");
            await Task.Delay(2);
        }
        // With two nodes the one may have had it from the other before it heard of it from us.
        Assert.True(report.Outcome is SubmitOutcome.Accepted or SubmitOutcome.Duplicate, $"height {job.Template.Height}: {report.Outcome} {string.Join(", ", report.Verdicts)}");
        byte[] coinbase = [.. job.Recipe.CoinbasePrefix.Span, .. extranonce, .. job.Recipe.CoinbaseSuffix.Span];
        return (job, id, Sha256d.Hash(coinbase));
    }

    public async Task<JsonElement> CallAsync(string method, string parameters = "")
    {
        using RpcAnswer answer = await _rpc.CallAsync(RpcRequest.Create(method, parameters), s_patience, default);
        return JsonDocument.Parse(answer.Result.ToArray()).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        _rpc.Dispose();
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
