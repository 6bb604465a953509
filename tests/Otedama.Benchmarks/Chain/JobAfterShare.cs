using System.Diagnostics;
using System.Globalization;
using System.Net;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// How long the miners of a pool go on with the old work after a share of somebody else: from the share's arrival at the chain,
/// whose window is full, to the last miner's job in the hands of the kernel. Every miner has to get exactly one job for each
/// share.
/// </summary>
internal sealed class JobAfterShare : ITransportEngine, ITransport
{
    private const int Payees = 1_000;

    /// <summary>Above the second within which a pool tells of one tip only.</summary>
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(1_050);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ITransportEngine _engine = new SocketEngine();
    private readonly Lock _gate = new();
    private ITransport _transport = null!;
    private TaskCompletionSource<long> _done = new();
    private int _missing;

    public IReadOnlyList<IPEndPoint> Endpoints => _transport.Endpoints;

    public int ConnectionCount => _transport.ConnectionCount;

    public long RefusedCount => _transport.RefusedCount;

    public TlsIdentity? Identity { get => _transport.Identity; set => _transport.Identity = value; }

    public static async Task<int> RunAsync(string minersText, string addressesText, string roundsText, bool isJson)
    {
        int miners = int.Parse(minersText, CultureInfo.InvariantCulture), addresses = int.Parse(addressesText, CultureInfo.InvariantCulture);
        int rounds = int.Parse(roundsText, CultureInfo.InvariantCulture);
        ChainParameters parameters = ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest);
        Console.Error.WriteLine($"a chain of {parameters.WindowShares + rounds} shares and {Payees} payees");
        ChainShare[] shares = [.. ChainMaker.Make(parameters, parameters.WindowShares + rounds, Payees)];
        using LoadCoin coin = new(transactions: 2_000, EasyShares.CoinBits, height: 100);
        JobAfterShare watch = new();
        await using LoadPool pool = new(parameters, coin, world => world with { Transport = watch });
        if (pool.Desk.TakeHistory(shares[..parameters.WindowShares], peer: 1, default) is { } fault)
        {
            throw new InvalidOperationException(fault.ToString());
        }
        IdleMiners.Intern(pool.Parts.Ledger, miners, addresses);
        await pool.StartAsync();
        Console.Error.WriteLine($"{miners} miners of {addresses} addresses log in");
        using Process idle = IdleMiners.Start(pool.Endpoint, miners, addresses);
        await idle.StandardOutput.ReadLineAsync();
        double[] times = new double[rounds], cpu = new double[rounds];
        for (int i = 0; i < rounds; i++)
        {
            await Task.Delay(s_between);
            await CountAsync(idle);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            times[i] = await watch.MeasureAsync(pool.Desk, shares[parameters.WindowShares + i], miners);
            cpu[i] = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
            if (await CountAsync(idle) is int jobs && jobs != miners)
            {
                throw new InvalidOperationException($"{jobs} jobs for {miners} miners after share {i}");
            }
        }
        idle.Kill();
        await idle.WaitForExitAsync();
        BenchRows rows = new($"new job after a share, {miners} miners of {addresses} addresses, {Payees} payees, {rounds} shares");
        rows.Add("to the last miner's job", "ms", times);
        rows.Add("processor time of the pool for it", "ms", cpu);
        rows.Print(isJson);
        return 0;
    }

    ITransport ITransportEngine.Make(TransportOptions options, TimeProvider time)
    {
        _transport = _engine.Make(options, time);
        return this;
    }

    public void Start(ITransportHandler handler) => _transport.Start(handler);

    public void EndBatch(ReadOnlySpan<TransportConnection> written)
    {
        _transport.EndBatch(written);
        long now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            _missing -= written.Length;
            if (_missing <= 0)
            {
                _done.TrySetResult(now);
            }
        }
    }

    public void StopListening() => _transport.StopListening();

    public void Dispose() => _transport.Dispose();

    private async Task<double> MeasureAsync(ShareDesk desk, ChainShare share, int miners)
    {
        lock (_gate)
        {
            (_missing, _done) = (miners, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        long began = Stopwatch.GetTimestamp();
        Arrival arrival = desk.Arrive(share.Bytes.Span, new ShareOrigin(Peer: 1, IsAskedFor: false));
        if (arrival.Kind != ArrivalKind.Taken)
        {
            throw new InvalidOperationException($"the share was {arrival.Kind}: {arrival.Fault}");
        }
        long ended = await _done.Task.WaitAsync(s_patience);
        return Stopwatch.GetElapsedTime(began, ended).TotalMilliseconds;
    }

    private static async Task<int> CountAsync(Process idle)
    {
        await idle.StandardInput.WriteLineAsync("look");
        return int.Parse((await idle.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }
}
