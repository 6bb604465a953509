using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>
/// Processor time and allocations of a share, all steps of the share path taken in turn by one thread: nothing spins,
/// waits or is handed over, so that the least of some repeats says much the same on a busy machine as on a quiet one.
/// </summary>
internal static class SharePathTurns
{
    private const int Warm = 51_200;
    private const int Measured = 204_800;
    private const int Batch = 256;
    private const int Repeats = 7;

    public static int Run(string root)
    {
        foreach (bool hashing in new[] { true, false })
        {
            (double Microseconds, double Bytes)[] all = [.. Enumerable.Range(0, Repeats).Select(_ => Once(root, hashing))];
            double[] times = [.. all.Select(static one => one.Microseconds).Order()];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"hashing={hashing} one thread: least {times[0]:n3} us of processor per share, median {times[Repeats / 2]:n3}, "
                + $"most {times[^1]:n3};"
                + $" {all.Min(static one => one.Bytes):n3} bytes allocated per share"));
        }
        return 0;
    }

    private static (double Microseconds, double Bytes) Once(string root, bool hashing)
    {
        string directory = Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName;
        try
        {
            LedgerOptions options = new() { Directory = directory, OperatorScript = new byte[] { 1 }, Sync = LogSync.None };
            using Ledger ledger = Ledger.Open(options, TimeProvider.System, NullLogger.Instance);
            int account = ledger.InternAccount("bench", [2], "w");
            ledger.SplitFor(SharePathBench.HardTemplate, 1); // a running pool has a window before its first share
            BenchJobs jobs = new(1);
            NoProofs none = new();
            ShareValidator validator = hashing
                ? new ShareValidator(jobs, new NativeProofChecker(), new NativeMerkleRoots(), new ShareValidatorOptions())
                : new ShareValidator(jobs, none, none, new ShareValidatorOptions());
            CountingSink sink = new();
            SharePipeline pipeline = new(
                new SharePipelineOptions(), jobs, [validator], ledger, ledger, sink, sink, TimeProvider.System,
                NullLogger.Instance);
            Candidate candidate = new()
            {
                Time = 2_000,
                Version = 0x20000000,
                Target = Target.Max,
                AccountId = account,
                Extranonce = new Extranonce(new byte[12]),
            };
            Turn(Warm);
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            Turn(Measured);
            bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
            processor = Environment.CpuUsage.TotalTime - processor;
            if (sink.Count != Warm + Measured)
            {
                throw new InvalidOperationException($"{sink.Count} of {Warm + Measured} shares were answered");
            }
            return (processor.TotalMicroseconds / Measured, (double)bytes / Measured);

            void Turn(int shares)
            {
                for (int done = 0; done < shares; done += Batch)
                {
                    for (int i = 0; i < Batch; i++)
                    {
                        candidate.Nonce++;
                        if (!pipeline.TryEnqueue(candidate))
                        {
                            throw new InvalidOperationException("the ring is full");
                        }
                    }
                    while (pipeline.ValidateBatch() == StepResult.Done)
                    {
                    }
                    pipeline.CommitOnce();
                    pipeline.DeliverVerdicts();
                }
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
