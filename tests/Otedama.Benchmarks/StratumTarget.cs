using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// The server under load: Stratum, validator with native hashing, share log and ledger; only the coin node is replaced
/// by one fixed template. stratum-target DIRECTORY PORT [sync|nosync]; ends with its standard input.
/// </summary>
internal static class StratumTarget
{
    public static int Run(string[] arguments)
    {
        LogSync sync = arguments.Length > 2 && arguments[2] == "nosync" ? LogSync.None : LogSync.Group;
        byte[] script = [0x00, 0x14, .. new byte[20]];
        _ = Address.TryEncode(script, CoinCatalogue.BitcoinRegtest, out string address);
        PoolOptions options = new()
        {
            Coin = CoinCatalogue.BitcoinRegtest,
            Nodes = [new PoolNode(new Uri("http://127.0.0.1:1"))],
            DataDirectory = arguments[0],
            OperatorAddress = address,
            Listen = [new IPEndPoint(IPAddress.Loopback, int.Parse(arguments[1], CultureInfo.InvariantCulture))],
            Vardiff = new VardiffOptions { Fixed = 1e-9 },
        };
        using Ledger ledger = Ledger.Open(
            new LedgerOptions { Directory = arguments[0], OperatorScript = script, Sync = sync }, TimeProvider.System, NullLogger.Instance);
        using JobBook jobs = new(
            new JobBookOptions { Splits = ledger, ShareTarget = Target.Max }, TimeProvider.System, NullLogger.Instance);
        jobs.Offer(MakeTemplate());
        PoolWorld world = new()
        {
            Time = TimeProvider.System,
            Random = new SystemRandomness(),
            Transport = new SocketEngine(),
            Files = new DiskFiles(),
            Nodes = new SocketNodeLinks(TimeProvider.System),
            Loggers = NullLoggerFactory.Instance,
        };
        using StratumServer server = new(options, jobs, ledger, world);
        SharePipeline pipeline = new(
            new SharePipelineOptions(),
            jobs,
            [new ShareValidator(jobs, new NativeProofChecker(), new NativeMerkleRoots(), new ShareValidatorOptions())],
            ledger,
            ledger,
            new NoBlocks(),
            server.Post,
            TimeProvider.System,
            NullLogger.Instance);
        using SharePathLoops loops = new(pipeline, TimeProvider.System, NullLogger.Instance);
        loops.Start();
        foreach (IStep step in (IStep[])[jobs, .. ledger.Upkeep])
        {
            new StepLoop(step, NullLogger.Instance).Start();
        }
        server.Start(pipeline);
        using PacerLoop pacer = new(server, NullLogger.Instance);
        pacer.Start();
        Console.WriteLine($"{server.Endpoints[0]} {address} {Environment.ProcessId}");
        Console.In.ReadToEnd();
        return 0;
    }

    /// <summary>Difficulty 1 and 2,000 transactions (11 branches): the size of a real job, without blocks being found.</summary>
    private static Template MakeTemplate() => new()
    {
        Algorithm = Algorithm.Sha256d,
        Height = 900_000,
        Version = 0x20000000,
        PreviousHash = new Hash256(Enumerable.Repeat((byte)7, 32).ToArray()),
        Bits = 0x1d00ffff,
        Time = (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        TimeMin = 1,
        CoinbaseValue = new Amount(312_500_000),
        Transactions = [.. Enumerable.Range(1, 2_000).Select(i =>
            new TemplateTransaction(new Hash256([.. BitConverter.GetBytes(i), .. new byte[28]]), new byte[10], Amount.Zero, 40))],
    };

    private sealed class NoBlocks : IBlockSink
    {
        public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof) => proof;
    }
}
