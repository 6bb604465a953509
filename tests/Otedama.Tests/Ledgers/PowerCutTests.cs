using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>
/// The power is cut after every write, flush, rename and folder sync of a whole run, each time with nothing, everything
/// and some of what was not synced yet on the disk; the log is opened again each time.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output)
{
    private const int Shares = 2_000;
    private const int Segment = 48 * 1024;

    private readonly Random _random = new(20261129);
    private readonly HashSet<string> _failures = [];
    private int _acknowledged;
    private int _appended;
    private int _cuts;
    private bool _hadSnapshot;

    [Fact]
    public void No_power_cut_loses_or_invents_a_record()
    {
        Run(new CrashDisk());
        output.WriteLine($"{_cuts} power cuts survived: {Shares} shares, {Shares / 400} blocks, 3 segments, snapshots");
        Assert.Empty(_failures);
        Assert.True(_cuts > 1_000, $"{_cuts} cuts are not every write of the run");
        Assert.True(_hadSnapshot, "no cut was opened from a snapshot");
    }

    /// <summary>The cuts find what they are made to find.</summary>
    [Fact]
    public void Without_folder_syncs_acknowledged_records_are_lost()
    {
        Run(new CrashDisk { SyncsFolders = false });
        Assert.NotEmpty(_failures);
    }

    private void Run(CrashDisk disk)
    {
        disk.AfterOperation = () => CutEachWay(disk);
        using ShareLog log = Open(disk, new CountingFold(), NullLogger.Instance);
        for (int i = 0; i < Shares; i++)
        {
            Append(log, i);
            if (i % 20 == 19)
            {
                log.Commit();
                _acknowledged = _appended;
                KeepUp(log.Upkeep);
            }
        }
        Assert.Equal(3u, log.Committed.Segment);
    }

    private void CutEachWay(CrashDisk disk)
    {
        foreach (Cut cut in Enum.GetValues<Cut>())
        {
            CrashDisk found = disk.AfterPowerCut(cut, _random);
            if (Reopen(found, _acknowledged) is { } failure)
            {
                _failures.Add($"{cut}: {failure}");
            }
            _cuts++;
        }
    }

    /// <summary>Opens, looks, goes on for one share, and loses the power again after its acknowledgement.</summary>
    private string? Reopen(CrashDisk disk, int acknowledged)
    {
        try
        {
            CountingFold fold = new();
            long count;
            using (ShareLog log = Open(disk, fold, NullLogger.Instance))
            {
                count = fold.Shares;
                if (count < acknowledged || count > _appended)
                {
                    return $"{count} shares of {acknowledged} acknowledged and {_appended} sent";
                }
                // A share that makes a block is followed by the block's record, which may be the first lost one.
                (long Shares, long Sum, long Blocks) expected = CountingFold.Of(count);
                bool blockIsNext = count % 400 == 0 && fold.Blocks == expected.Blocks - 1 && count > acknowledged;
                if (fold.Sum != expected.Sum || fold.Lost != 0 || (fold.Blocks != expected.Blocks && !blockIsNext))
                {
                    return $"{count} shares sum up to {fold.Sum} with {fold.Blocks} blocks";
                }
                _hadSnapshot |= fold.Applied < count;
                Assert.True(log.TryAppend([Share((int)count)]));
                log.Commit();
                disk = disk.AfterPowerCut(Cut.Nothing, _random);
            }
            CountingFold again = new();
            Open(disk, again, NullLogger.Instance).Dispose();
            return again.Shares == count + 1 ? null : $"{again.Shares} shares after a second cut, expected {count + 1}";
        }
        catch (Exception e) when (e is LogException or IOException)
        {
            return e.Message;
        }
    }

    private void Append(ShareLog log, int number)
    {
        _appended++;
        Assert.True(log.TryAppend([Share(number)]));
        if (number % 400 == 399)
        {
            Assert.True(log.TryAppend(LogRecordType.BlockFound, 1, new byte[200]));
        }
    }

    /// <summary>What loops do in a running pool.</summary>
    internal static void KeepUp(IReadOnlyList<IStep> upkeep)
    {
        foreach (IStep step in upkeep)
        {
            Assert.True(step.StepAsync(default).IsCompletedSuccessfully);
        }
    }

    private static ShareLog Open(CrashDisk disk, CountingFold fold, ILogger logger) => ShareLog.Open(
        new ShareLogOptions
        {
            Directory = "log",
            SegmentBytes = Segment,
            Files = disk,
            SnapshotSegments = 1,
        },
        logger,
        fold,
        () => new CountingFold());

    private static ShareRecord Share(int number) =>
        new() { AccountId = 1, Work = (UInt128)number + 1, TimeMs = 1_000, HashTop = ulong.MaxValue };
}
