using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>
/// Kills a process that acknowledges shares at random moments and looks whether every acknowledged share is in its log.
/// </summary>
public static class ShareCrash
{
    /// <summary>
    /// The process that dies: shares numbered from `first` on (in the nonce, kept as job height) go the whole way; each
    /// acknowledged number is a line on standard output.
    /// </summary>
    public static int Child(string directory, string first)
    {
        using Ledger ledger = Ledger.Open(Options(directory), TimeProvider.System, NullLogger.Instance);
        BenchJobs jobs = new(1);
        NoProofs none = new();
        ShareValidator validator = new(jobs, none, none, new ShareValidatorOptions());
        PrintingSink sink = new();
        SharePipeline pipeline = new(
            new SharePipelineOptions { QueueCapacity = 256 }, jobs, [validator], ledger, ledger, sink, sink, TimeProvider.System, NullLogger.Instance);
        using SharePathLoops loops = new(pipeline, TimeProvider.System, NullLogger.Instance);
        loops.Start();
        foreach (IStep step in ledger.Upkeep)
        {
            new StepLoop(step, NullLogger.Instance).Start();
        }
        int number = int.Parse(first, CultureInfo.InvariantCulture);
        while (true)
        {
            // One account per share: the account's number in the log says which share it was.
            string worker = number.ToString(CultureInfo.InvariantCulture);
            Candidate candidate = new()
            {
                Time = 2_000,
                Version = 0x20000000,
                Target = Target.Max,
                Nonce = (ulong)number,
                Tag = number,
                AccountId = ledger.InternAccount("crash", [2], worker),
                Extranonce = new Extranonce(new byte[12]),
            };
            while (!pipeline.TryEnqueue(candidate))
            {
                Thread.Yield();
            }
            number++;
        }
    }

    public static int Run(string directory, string rounds)
    {
        int count = int.Parse(rounds, CultureInfo.InvariantCulture);
        (long acknowledged, long found, int lost) = Rounds(directory, count, seed: Environment.TickCount);
        Console.WriteLine($"{count} kills, {acknowledged} shares acknowledged, {found} in the log, {lost} acknowledged and lost");
        return lost == 0 ? 0 : 1;
    }

    /// <summary>Starts and kills the child, then reads the log; throws LogException when it cannot be opened.</summary>
    public static (long Acknowledged, long Found, int Lost) Rounds(string directory, int rounds, int seed)
    {
        Random random = new(seed);
        HashSet<int> acknowledged = new();
        int next = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (int number in RunAndKill(directory, next, random.Next(1, 250)))
            {
                acknowledged.Add(number);
            }
            next += 1_000_000;
        }
        HashSet<int> found = Numbers(directory);
        return (acknowledged.Count, found.Count, acknowledged.Count(number => !found.Contains(number)));
    }

    /// <summary>The numbers of the shares in a log; throws LogException when it cannot be opened.</summary>
    public static HashSet<int> Numbers(string directory)
    {
        HashSet<int> found = new();
        using Ledger ledger = Ledger.Open(Options(directory), TimeProvider.System, NullLogger.Instance);
        foreach (AccountInfo account in ledger.Accounts(int.MaxValue))
        {
            if (account.Shares != 1)
            {
                throw new InvalidOperationException($"share {account.Worker} is {account.Shares} times in the log");
            }
            found.Add(int.Parse(account.Worker, CultureInfo.InvariantCulture));
        }
        return found;
    }

    /// <summary>
    /// Stops the child after a while, calls `cut`, and returns what the child had acknowledged by then. Linux only.
    /// </summary>
    public static List<int> RunAndStop(string directory, int milliseconds, Action cut)
    {
        using Process child = Start(directory, 0);
        List<int> acknowledged = new();
        int atCut = -1;
        using Timer stopper = new(
            _ =>
            {
                Signal(child, "STOP");
                // What it said before it stopped lies in the pipe; lines read later than the kill are counted too, which
                // a stopped process cannot add to.
                cut();
                atCut = 0;
                child.Kill();
            },
            null,
            Timeout.Infinite,
            Timeout.Infinite);
        string? line = child.StandardOutput.ReadLine();
        stopper.Change(milliseconds, Timeout.Infinite);
        for (; line is not null; line = child.StandardOutput.ReadLine())
        {
            if (line.EndsWith(';'))
            {
                acknowledged.Add(int.Parse(line.AsSpan(..^1), CultureInfo.InvariantCulture));
            }
        }
        child.WaitForExit();
        return atCut == 0 ? acknowledged : throw new InvalidOperationException("the child ended before it was stopped");
    }

    private static void Signal(Process process, string name)
    {
        string[] arguments = ["-s", name, process.Id.ToString(CultureInfo.InvariantCulture)];
        using Process kill = Process.Start("kill", arguments);
        kill.WaitForExit();
        while (!File.ReadAllText($"/proc/{process.Id}/stat").Contains(") T ", StringComparison.Ordinal))
        {
            Thread.Sleep(1);
        }
    }

    private static Process Start(string directory, int first)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Otedama.Benchmarks.dll");
        ProcessStartInfo start = new("dotnet", [program, "share-crash-child", directory, first.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private static List<int> RunAndKill(string directory, int first, int milliseconds)
    {
        using Process child = Start(directory, first);
        List<int> acknowledged = new();
        string? line = child.StandardOutput.ReadLine();
        using Timer killer = new(_ => child.Kill(), null, milliseconds, Timeout.Infinite);
        while (line is not null)
        {
            // Lines end with a semicolon, so that one cut short by the kill is told apart.
            if (line.EndsWith(';'))
            {
                acknowledged.Add(int.Parse(line.AsSpan(..^1), CultureInfo.InvariantCulture));
            }
            line = child.StandardOutput.ReadLine();
        }
        child.WaitForExit();
        return acknowledged;
    }

    private static LedgerOptions Options(string directory) => new()
    {
        Directory = directory,
        OperatorScript = new byte[] { 1 },
        SegmentBytes = 256 * 1024,
        AddressesMax = int.MaxValue,
        WorkersMax = int.MaxValue,
    };

    private sealed class PrintingSink : IVerdictSink, IBlockSink
    {
        private readonly Stream _output = Console.OpenStandardOutput();
        private readonly System.Text.StringBuilder _text = new();

        public void OnVerdicts(ReadOnlySpan<Verdict> verdicts)
        {
            _text.Clear();
            foreach (ref readonly Verdict verdict in verdicts)
            {
                if (verdict.Rejection == Rejection.None)
                {
                    _text.Append(CultureInfo.InvariantCulture, $"{verdict.Tag};\n");
                }
            }
            _output.Write(System.Text.Encoding.ASCII.GetBytes(_text.ToString()));
        }

        public Hash256? Submit(PoolJob job, ReadOnlySpan<byte> header, in Candidate candidate, Hash256 proof) => proof;
    }
}
