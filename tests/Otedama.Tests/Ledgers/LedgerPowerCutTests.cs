using System.IO.Hashing;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>
/// The power is cut after every operation of a ledger's life: accounts, shares, blocks, confirmations, orphans, snapshots,
/// removed segments. What is found afterwards is byte for byte the state after some first records, all acknowledged ones
/// among them.
/// </summary>
public sealed class LedgerPowerCutTests(ITestOutputHelper output)
{
    private const int Rounds = 60;
    private const int SharesPerRound = 10;
    private const string Folder = "ledger";

    private readonly Random _random = new(7);
    private readonly PoolJob _job = new TestJobs().Add(1);
    private readonly CrashDisk _disk = new();
    private readonly List<(uint Acknowledged, uint Found, UInt128 State)> _cuts = [];
    private readonly HeldClock _time = new();
    private uint _acknowledged;

    [Fact]
    public async Task Balances_are_those_of_the_acknowledged_records_after_every_power_cut()
    {
        _disk.AfterOperation = CutEachWay;
        await RunAsync();
        _disk.AfterOperation = null;
        Dictionary<uint, UInt128> states = StatesByRecord();
        Assert.All(_cuts, cut => Assert.InRange(cut.Found, cut.Acknowledged, (uint)states.Count - 1));
        Assert.All(_cuts, cut => Assert.Equal(states[cut.Found], cut.State));
        output.WriteLine($"{_cuts.Count} power cuts survived by the ledger");
        Assert.True(_cuts.Count > 500, $"{_cuts.Count} cuts are not every operation of the run");
    }

    private async Task RunAsync()
    {
        using Ledger ledger = Ledger.Open(Options(), _time, NullLogger.Instance);
        Chain chain = new();
        int[] accounts = [.. Enumerable.Range(1, 5).Select(n => ledger.InternAccount($"addr{n}", [(byte)n], "rig"))];
        for (int round = 0; round < Rounds; round++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Work(ledger, accounts[round % accounts.Length], (ulong)round + 1);
            if (round % 6 == 5)
            {
                PayoutSplit split = ledger.SplitFor(_job.Template, 10);
                ledger.BlockFound(new PoolJob { Job = _job.Job, Template = _job.Template, Split = split }, Hash(round), accounts[0]);
            }
            if (round % 15 == 14)
            {
                chain.Tip = Hash(round % 2 == 0 ? round : 200);
                await ledger.SettleAsync(chain, default);
            }
            ledger.Commit();
            _acknowledged = ledger.Log.Committed.Sequence;
            PowerCutTests.KeepUp(ledger.Upkeep);
        }
        Assert.True(ledger.Log.Committed.Segment >= 4, "too few segments for snapshots");
    }

    private void CutEachWay()
    {
        foreach (Cut cut in Enum.GetValues<Cut>())
        {
            LedgerFold fold = Reopen(_disk.AfterPowerCut(cut, _random), out uint found);
            _cuts.Add((_acknowledged, found, HashOf(fold.State)));
        }
    }

    private LedgerFold Reopen(CrashDisk disk, out uint found)
    {
        LedgerFold fold = new();
        ShareLogOptions options = new()
        {
            Directory = Folder,
            SegmentBytes = 12 * 1024,
            Files = disk,
        };
        using ShareLog log = ShareLog.Open(options, NullLogger.Instance, fold, () => new LedgerFold());
        found = log.Committed.Sequence;
        return fold;
    }

    /// <summary>By the number of records: what they amount to when all are read from the first on.</summary>
    private Dictionary<uint, UInt128> StatesByRecord()
    {
        LedgerState state = new();
        Dictionary<uint, UInt128> states = new() { [0] = HashOf(state) };
        LogWalk walk = new(_disk, Folder);
        walk.Run(
            LogPosition.Start,
            LogDirectory.Segments(_disk, Folder)[^1],
            record =>
            {
                state.Apply(record);
                states[record.Sequence + 1] = HashOf(state);
            });
        Assert.Empty(walk.Damages);
        return states;
    }

    private static UInt128 HashOf(LedgerState state)
    {
        using MemoryStream stream = new();
        state.Save(stream);
        return XxHash128.HashToUInt128(stream.ToArray());
    }

    private LedgerOptions Options() => new()
    {
        Directory = Folder,
        OperatorScript = new byte[] { 0xaa },
        OperatorAddress = "op",
        SegmentBytes = 12 * 1024,
        Files = _disk,
        PayoutMin = new Amount(900_000_000),
    };

    private void Work(Ledger ledger, int account, ulong work)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        ShareRecord share = new() { AccountId = account, Work = work, TimeMs = now, Height = 100, Algorithm = Algorithm.Sha256d };
        Assert.True(ledger.TryAppend([.. Enumerable.Repeat(share, SharesPerRound)]));
    }

    private static Hash256 Hash(int number)
    {
        byte[] bytes = new byte[32];
        bytes[0] = (byte)number;
        return new Hash256(bytes);
    }

    private sealed class Chain : IChainView
    {
        public Hash256 Tip { get; set; }

        public ValueTask<int?> GetHeightAsync(CancellationToken cancellation) => new(300);

        public ValueTask<Hash256?> GetBlockHashAsync(int height, CancellationToken cancellation) => new(Tip);
    }
}
