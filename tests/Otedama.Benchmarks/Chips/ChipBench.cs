using System.Diagnostics;
using System.Globalization;
using System.Net;
using Otedama.Asic;
using Otedama.Core;

namespace Otedama.Benchmarks;

/// <summary>
/// chips PATH SECONDS: what chips on a serial port cost and how fast they are served, against simulated chains in another process.
/// The driver alone, stepped by this thread, with one BM1362 and with the 126 of a board of an S19 class miner (525 MHz, the ticket
/// the driver chooses where shares are hard); then the program at PATH as a rig of one BM1366, on a pool over loopback whose job
/// changes every second, from its first share on; then how long 254 addresses with closed ports take.
/// </summary>
internal static class ChipBench
{
    private const double Megahertz = 525;

    private static readonly TimeSpan s_upMax = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(string program, string seconds, bool isJson)
    {
        TimeSpan time = TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
        BenchRows rows = new($"chips on a serial port, {time.TotalSeconds} s each");
        await DriveAsync(1, TimeSpan.FromSeconds(3), new BenchRows("warm")); // what is compiled once is no cost of a chain
        await DriveAsync(1, time, rows);
        await DriveAsync(126, time, rows);
        await MineAsync(program, time, rows);
        await ScanAsync(rows);
        rows.Print(isJson);
        return 0;
    }

    private static async Task DriveAsync(int chips, TimeSpan time, BenchRows rows)
    {
        using DeviceProcess device = await DeviceProcess.StartAsync("BM1362", chips);
        CountedHeaders work = new();
        BoardRequest request = new() { Port = device.Path, Chip = "BM1362", Chips = chips, Megahertz = Megahertz, Unlocked = true };
        BoardChoice choice = BoardChoice.Of(request, [], []).Single();
        ChainOptions options = choice.Options with
        {
            // Simulated chips are content with a few zero bits; their ticket is that of a chain with hard shares.
            TicketDifficulty = TicketMask.Choose(choice.Options.Family.Hashrate(Megahertz, chips), 1e6, 256),
        };
        Dictionary<string, (double Wall, double Cpu)> states = [];
        long begun = Stopwatch.GetTimestamp();
        double cpu = ThreadClock.Seconds;
        using ChipChain chain = new(options, choice.Open(new MachinePorts(), TimeProvider.System), work, TimeProvider.System, line =>
            states.TryAdd(line.Split(": ")[1], (Stopwatch.GetElapsedTime(begun).TotalSeconds, ThreadClock.Seconds - cpu)));
        Until(chain, () => chain.Report.State == ChainState.Mining, s_upMax);
        foreach (string state in (string[])["enumerated", "mining"])
        {
            rows.Add($"{chips} BM1362 {state}, from reset", "s", [states[state].Wall - states["reset"].Wall]);
            rows.Add($"{chips} BM1362 {state}, the driver's own", "ms of CPU", [(states[state].Cpu - states["reset"].Cpu) * 1e3]);
        }
        long jobs = chain.Report.Counts.Jobs, from = Stopwatch.GetTimestamp();
        cpu = ThreadClock.Seconds;
        Until(chain, () => Stopwatch.GetElapsedTime(from) >= time, time + s_upMax);
        double passed = Stopwatch.GetElapsedTime(from).TotalSeconds, terahashes = chain.Report.ExpectedHashrate / 1e12;
        cpu = ThreadClock.Seconds - cpu;
        rows.Add($"{chips} BM1362, {Text(terahashes)} TH/s: the driver's own", "ms of CPU/s", [cpu / passed * 1e3]);
        rows.Add($"{chips} BM1362: the driver's own by hash rate", "us of CPU/s/(TH/s)", [cpu / passed / terahashes * 1e6]);
        rows.Add($"{chips} BM1362: jobs", "1/s", [(chain.Report.Counts.Jobs - jobs) / passed]);
        chain.Dispose();
        ILookup<string, (long At, string Which)> seen = await device.EndAsync();
        rows.Add($"{chips} BM1362: nonce on the wire to Found", "ms", Ways(seen["nonce"], work.Found));
    }

    private static void Until(ChipChain chain, Func<bool> condition, TimeSpan most)
    {
        long begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(begun) > most || chain.Report.NeedsHelp)
            {
                throw new InvalidOperationException($"the chain is {chain.Report.State}: {chain.Report.Reason}");
            }
            TimeSpan pause = chain.Step();
            if (pause > TimeSpan.Zero)
            {
                Thread.Sleep(pause);
            }
        }
    }

    /// <summary>
    /// Milliseconds to each event from the last one of the same name before it. Chips find the same nonces in several jobs, and not each
    /// comes to the end.
    /// </summary>
    private static IEnumerable<double> Ways(IEnumerable<(long At, string Which)> first, IReadOnlyList<(long At, string Which)> then)
    {
        ILookup<string, long> starts = first.ToLookup(static one => one.Which, static one => one.At);
        foreach ((long at, string which) in then)
        {
            long[] before = [.. starts[which].Where(start => start <= at).OrderDescending().Take(1)];
            if (before is [long start])
            {
                yield return Stopwatch.GetElapsedTime(start, at).TotalMilliseconds;
            }
        }
    }

    private static async Task MineAsync(string program, TimeSpan time, BenchRows rows)
    {
        using DeviceProcess device = await DeviceProcess.StartAsync("BM1366", 1);
        using ChipPool pool = new();
        string folder = Directory.CreateTempSubdirectory("otedama-chips").FullName;
        _ = Address.TryEncode([0x00, 0x14, .. new byte[20]], CoinCatalogue.Otedama, out string wallet);
        string[] arguments =
        [
            "mine", "--asic", $"{device.Path},chip=BM1366,chips=1", "--threads", "none", "--wallet", wallet, "--pool",
            string.Create(CultureInfo.InvariantCulture, $"stratum+tcp://127.0.0.1:{pool.Port}"), "--data-dir", folder,
            "--set", "api.enabled=false", "--set", "metrics.enabled=false",
        ];
        bool isDll = program.EndsWith(".dll", StringComparison.Ordinal);
        ProcessStartInfo start = new(isDll ? "dotnet" : program, isDll ? [program, .. arguments] : arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process rig = Process.Start(start)!;
        Task<string> said = rig.StandardError.ReadToEndAsync();
        Task<string> told = rig.StandardOutput.ReadToEndAsync();
        long from = 0;
        try
        {
            await pool.SendJobAsync().WaitAsync(s_upMax);
            for (long begun = Stopwatch.GetTimestamp(); pool.Shares.Count == 0; await Task.Delay(50))
            {
                if (rig.HasExited || Stopwatch.GetElapsedTime(begun) > s_upMax)
                {
                    rig.Kill();
                    throw new InvalidOperationException($"the program found no share: {await said}{await told}");
                }
            }
            rig.Refresh();
            TimeSpan cpu = rig.TotalProcessorTime;
            from = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(from) < time)
            {
                await pool.SendJobAsync();
                await Task.Delay(1000);
            }
            rig.Refresh();
            rows.Add("the program with 1 BM1366", "ms of CPU/s", [(rig.TotalProcessorTime - cpu).TotalMilliseconds / Stopwatch.GetElapsedTime(from).TotalSeconds]);
        }
        finally
        {
            if (!rig.HasExited)
            {
                rig.Kill();
            }
            await rig.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
        ILookup<string, (long At, string Which)> seen = await device.EndAsync();
        rows.Add("nonce on the wire to submit at the pool", "ms",
            Ways(seen["nonce"], [.. pool.Shares.Where(share => share.At >= from).Select(static share => (share.At, share.Nonce))]));
        AddChanges(pool, seen, rows);
    }

    /// <summary>What a change of the job costs: until the chips have the new one, what they find is lost.</summary>
    private static void AddChanges(ChipPool pool, ILookup<string, (long At, string Which)> seen, BenchRows rows)
    {
        List<double> ways = [], lost = [], late = [];
        foreach ((long at, string job, string word) in pool.Jobs.Skip(1))
        {
            long[] there = [.. seen["job"].Where(one => one.Which == word).Select(static one => one.At).Order().Take(1)];
            if (there is not [long on])
            {
                continue;
            }
            ways.Add(Stopwatch.GetElapsedTime(at, on).TotalMilliseconds);
            lost.Add(seen["nonce"].Count(one => one.At >= at && one.At < on));
            long next = pool.Jobs.Select(static one => one.At).Where(other => other > at).DefaultIfEmpty(long.MaxValue).Min();
            late.Add(pool.Shares.Count(share => share.At >= at && share.At < next && share.Job != job));
        }
        rows.Add("clean job at the pool to job on the wire", "ms", ways);
        rows.Add("nonces of the old job meanwhile", "a change", lost);
        rows.Add("shares of the old job that came after it", "a change", late);
    }

    private static async Task ScanAsync(BenchRows rows)
    {
        List<double> times = [];
        for (byte run = 1; run <= 5; run++)
        {
            IEnumerable<IPEndPoint> ports = Enumerable.Range(1, 254).SelectMany(host => (IPEndPoint[])
                [new IPEndPoint(new IPAddress([127, 77, run, (byte)host]), 4028), new IPEndPoint(new IPAddress([127, 77, run, (byte)host]), 80)]);
            int open = 0;
            long begun = Stopwatch.GetTimestamp();
            await new PortScan(TimeProvider.System).RunAsync(ports, _ => open++, CancellationToken.None);
            if (open == 0)
            {
                times.Add(Stopwatch.GetElapsedTime(begun).TotalSeconds);
            }
        }
        rows.Add("254 addresses, two closed ports each", "s", times);
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>Headers that count in the merkle root, and when nonces came.</summary>
    private sealed class CountedHeaders : IChipWork
    {
        private static readonly Target s_easy = Target.FromDifficulty(Math.Pow(2, StampedChain.ZeroBits - 32) * 0.999, Target.BitcoinOne);
        private int _given;

        public List<(long At, string Which)> Found { get; } = [];

        public long Generation => 0;

        public ChipJob Next()
        {
            byte[] root = new byte[Hash256.Size];
            BitConverter.TryWriteBytes(root, ++_given);
            return new ChipJob
            {
                Version = 0x20000000,
                VersionMask = ChipFamily.VersionReach,
                PreviousHash = Hash256.Zero,
                MerkleRoot = new Hash256(root),
                Time = 1_700_000_000,
                Bits = 0x1d00ffff,
                ShareTarget = s_easy,
                Generation = 0,
            };
        }

        void IChipWork.Found(in ChipNonce nonce) => Found.Add((Stopwatch.GetTimestamp(), nonce.StratumNonce));
    }
}
