using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>How long a ledger takes to open behind a log of many shares.</summary>
internal static class LedgerStartBench
{
    private const int SharesPerCommit = 4_096;

    /// <summary>Writes that many shares of `payees` addresses to a new log, then opens it three times.</summary>
    public static int Run(string directory, string sharesText, string payeesText)
    {
        long shares = long.Parse(sharesText, CultureInfo.InvariantCulture);
        int payees = int.Parse(payeesText, CultureInfo.InvariantCulture);
        LedgerOptions options = new()
        {
            Directory = directory,
            OperatorScript = new byte[] { 1 },
            AddressesMax = int.MaxValue,
            Sync = LogSync.None,
            LogKeep = TimeSpan.FromDays(1),
        };
        Stopwatch watch = Stopwatch.StartNew();
        using (Ledger ledger = Ledger.Open(options, TimeProvider.System, NullLogger.Instance))
        {
            Fill(ledger, shares, payees);
        }
        long bytes = Directory.EnumerateFiles(directory).Sum(path => new FileInfo(path).Length);
        Console.WriteLine($"wrote {shares} shares of {payees} addresses in {watch.Elapsed.TotalSeconds:f0} s; {bytes >> 20} MiB left on disk");
        for (int round = 0; round < 3; round++)
        {
            watch.Restart();
            TimeSpan before = Environment.CpuUsage.TotalTime;
            using Ledger ledger = Ledger.Open(options, TimeProvider.System, NullLogger.Instance);
            double seconds = watch.Elapsed.TotalSeconds;
            double cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            Console.WriteLine($"opened in {seconds:f3} s ({cpu:f3} s of CPU), {ledger.Totals().Shares} shares");
            if (ledger.Totals().Shares != shares)
            {
                return 1;
            }
        }
        return 0;
    }

    /// <summary>The shares are spread over the last 30 days, so that old segments go while the log grows.</summary>
    private static void Fill(Ledger ledger, long shares, int payees)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        double stepMs = TimeSpan.FromDays(30).TotalMilliseconds / shares;
        ShareRecord[] batch = new ShareRecord[SharesPerCommit];
        Span<byte> script = stackalloc byte[22];
        for (long first = 0; first < shares; first += SharesPerCommit)
        {
            int count = (int)Math.Min(SharesPerCommit, shares - first);
            for (int i = 0; i < count; i++)
            {
                int payee = (int)((first + i) % payees);
                BitConverter.TryWriteBytes(script[2..], payee + 1);
                batch[i] = new ShareRecord
                {
                    TimeMs = now - (long)((shares - first - i) * stepMs),
                    Work = 1UL << 32,
                    Height = (int)(first / 1_000_000),
                    AccountId = first + i < payees ? ledger.InternAccount("address", script, "") : payee + 1,
                };
            }
            if (!ledger.TryAppend(batch.AsSpan(0, count)))
            {
                throw new InvalidOperationException("the log took no more shares");
            }
            ledger.Commit();
        }
    }
}
