using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>Shares per second through ring, validator, log and verdicts; latency of group commits.</summary>
internal static class SharePathBench
{
    private const int Shares = 2_000_000;
    private const int Repeats = 5;

    private static double s_microsecondsPerShare; // of the last repeat

    public static int Run(string[] arguments)
    {
        string root = arguments is [var given, ..] ? given : Path.GetTempPath();
        bool? only = arguments is [_, var mode, ..] ? mode == "hash" : null;
        if (arguments is [_, _, "easy"])
        {
            s_template = s_template with { Bits = EasyBits };
        }
        foreach (bool hashing in new[] { false, true })
        {
            if (only is { } wanted && wanted != hashing)
            {
                continue;
            }
            foreach (LogSync sync in new[] { LogSync.Group, LogSync.None })
            {
                for (int producers = 1; producers <= 2; producers++)
                {
                    double[] rates = [.. Enumerable.Range(0, Repeats).Select(_ => Once(root, hashing, sync, producers)).Order()];
                    Print($"hashing={hashing} sync={sync} producers={producers}: median {rates[Repeats / 2]:n0}/s "
                        + $"best {rates[^1]:n0}/s worst {rates[0]:n0}/s, {s_microsecondsPerShare:n2} us of processor per share (producers included)");
                }
            }
        }
        return 0;
    }

    /// <summary>Commits of 1, 64 and 1,024 shares, each waiting for the disk.</summary>
    public static int RunCommits(string root)
    {
        foreach (int group in new[] { 1, 64, 1_024 })
        {
            string directory = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName;
            using (ShareLog log = ShareLog.Open(new ShareLogOptions { Directory = directory }, NullLogger.Instance, _ => { }))
            {
                ShareRecord[] records = new ShareRecord[group];
                double[] times = new double[2_000];
                for (int i = 0; i < times.Length; i++)
                {
                    log.TryAppend(records);
                    long start = Stopwatch.GetTimestamp();
                    log.Commit();
                    times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                }
                Array.Sort(times);
                Print($"commit of {group}: p50 {times[1_000]:n0} us, p99 {times[1_980]:n0} us, max {times[^1]:n0} us, "
                    + $"{group * times.Length / (times.Sum() / 1e6):n0} durable shares/s");
            }
            Directory.Delete(directory, recursive: true);
        }
        return 0;
    }

    /// <summary>511 hashes a block: every share closes a slice, and 4,088 of them are kept.</summary>
    private const uint EasyBits = 0x20008000;

    internal static Template HardTemplate => s_template;

    /// <summary>A network as hard as Bitcoin's, so that a slice of the window takes many shares.</summary>
    private static Template s_template = new()
    {
        Algorithm = Algorithm.Sha256d,
        Height = 1,
        Version = 0x20000000,
        PreviousHash = Hash256.Zero,
        Bits = 0x1702905c,
        Time = 2_000,
        TimeMin = 1_000,
        CoinbaseValue = new Amount(312_500_000),
        Transactions = [],
        Source = "bench",
    };

    private static double Once(string root, bool hashing, LogSync sync, int producers)
    {
        string directory = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName;
        try
        {
            LedgerOptions options = new() { Directory = directory, OperatorScript = new byte[] { 1 }, Sync = sync };
            using Ledger ledger = Ledger.Open(options, TimeProvider.System, NullLogger.Instance);
            int account = ledger.InternAccount("bench", [2], "w");
            ledger.SplitFor(s_template, 1); // a running pool has a window before its first share
            BenchJobs jobs = new(4);
            NoProofs none = new();
            ShareValidator validator = hashing
                ? new ShareValidator(jobs, new NativeProofChecker(), new NativeMerkleRoots(), new ShareValidatorOptions())
                : new ShareValidator(jobs, none, none, new ShareValidatorOptions());
            CountingSink sink = new();
            SharePipeline pipeline = new(
                new SharePipelineOptions(), jobs, [validator], ledger, ledger, sink, sink, TimeProvider.System, NullLogger.Instance);
            using SharePathLoops loops = new(pipeline, TimeProvider.System, NullLogger.Instance);
            loops.Start();
            StepLoop[] upkeep = [.. ledger.Upkeep.Select(static step => new StepLoop(step, NullLogger.Instance))];
            Array.ForEach(upkeep, static loop => loop.Start());
            TimeSpan processorStart = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            Thread[] threads =
                [.. Enumerable.Range(0, producers).Select(i => new Thread(() => Produce(pipeline, account, i, Shares / producers)))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            while (sink.Count < Shares)
            {
                Thread.Sleep(1);
            }
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (ledger.Totals().Shares is long accepted && accepted != Shares)
            {
                throw new InvalidOperationException($"{accepted} of {Shares} shares were accepted");
            }
            s_microsecondsPerShare = (Environment.CpuUsage.TotalTime - processorStart).TotalMicroseconds / Shares;
            Task.WaitAll([.. upkeep.Select(static loop => loop.DisposeAsync().AsTask())]);
            return Shares / seconds;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Produce(SharePipeline pipeline, int account, int producer, int count)
    {
        byte[] extranonce = new byte[12];
        extranonce[0] = (byte)producer;
        Candidate candidate = new()
        {
            Time = 2_000,
            Version = 0x20000000,
            Target = Target.Max,
            AccountId = account,
            Extranonce = new Extranonce(extranonce),
        };
        for (int i = 0; i < count; i++)
        {
            candidate.Nonce = (ulong)i;
            candidate.JobId = (uint)(i / 500_000);
            while (!pipeline.TryEnqueue(candidate))
            {
                Thread.Yield();
            }
        }
    }

    private static void Print(string line) => Console.WriteLine(line); // the build is culture-invariant
}
