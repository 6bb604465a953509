using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class SnapshotTests : IDisposable
{
    private const int Segment = 4_096; // 63 shares

    private readonly TempFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_start_reads_only_what_follows_the_newest_snapshot()
    {
        Fill(1_000);
        CountingFold fold = Reopen();
        Assert.Equal(CountingFold.Of(1_000), (fold.Shares, fold.Sum, fold.Blocks));
        Assert.InRange(fold.Applied, 1, 300);
        Assert.Equal(2, Snapshots().Length);
    }

    [Fact]
    public void A_damaged_snapshot_is_said_and_the_older_one_or_the_whole_log_is_read()
    {
        Fill(1_000);
        string[] snapshots = Snapshots();
        foreach (int damaged in (int[])[1, 0])
        {
            byte[] bytes = File.ReadAllBytes(snapshots[damaged]);
            bytes[^1] ^= 1;
            File.WriteAllBytes(snapshots[damaged], bytes);
            LineLogger lines = new();
            CountingFold fold = Reopen(lines);
            Assert.Equal(CountingFold.Of(1_000), (fold.Shares, fold.Sum, fold.Blocks));
            Assert.Contains(lines.Lines, line => line.Contains(snapshots[damaged], StringComparison.Ordinal)
                && line.Contains("checksum does not fit", StringComparison.Ordinal));
        }
        Assert.Equal(1_002, Reopen().Applied);
    }

    [Fact]
    public void A_damaged_snapshot_is_put_aside_and_does_not_count_as_one_of_the_two()
    {
        Fill(1_000);
        string damaged = Snapshots()[1];
        File.WriteAllBytes(damaged, [.. File.ReadAllBytes(damaged).Append((byte)1)]);
        Fill(300, TimeSpan.FromDays(1), first: 1_000);
        Assert.True(File.Exists(damaged + ".damaged"));
        Assert.Empty(LogRepair.Check(new DiskFiles(), _directory.Path).Snapshots);
        Assert.Equal(2, Snapshots().Length);
        CountingFold fold = Reopen();
        Assert.Equal(CountingFold.Of(1_300), (fold.Shares, fold.Sum, fold.Blocks));
    }

    [Fact]
    public void Segments_older_than_they_are_kept_are_removed_and_the_rest_still_counts_everything()
    {
        Fill(1_000, keep: TimeSpan.FromDays(1));
        Assert.False(File.Exists(SegmentPath(1)));
        CountingFold fold = Reopen();
        Assert.Equal(CountingFold.Of(1_000), (fold.Shares, fold.Sum, fold.Blocks));
        LogReport report = LogRepair.Check(new DiskFiles(), _directory.Path);
        Assert.Empty(report.Damages);
        Assert.True(report.SegmentFirst > 1);
        foreach (string snapshot in Snapshots())
        {
            File.Delete(snapshot);
        }
        LogException error = Assert.Throws<LogException>(() => Reopen());
        Assert.Contains("no snapshot of what was before can be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Younger_segments_stay()
    {
        Fill(1_000, keep: TimeSpan.FromDays(40_000));
        Assert.True(File.Exists(SegmentPath(1)));
    }

    [Fact]
    public void A_snapshot_shows_that_the_segment_behind_it_is_missing()
    {
        Fill(1_000);
        File.Delete(Path.Combine(_directory.Path, "COMMITTED"));
        uint last = uint.Parse(Snapshots()[1][^8..], System.Globalization.CultureInfo.InvariantCulture);
        for (uint segment = last; File.Exists(SegmentPath(segment)); segment++)
        {
            File.Delete(SegmentPath(segment));
        }
        Assert.Contains($"{SegmentPath(last)} is missing", Assert.Throws<LogException>(() => Reopen()).Message, StringComparison.Ordinal);
    }

    private string[] Snapshots() =>
        [.. Directory.GetFiles(_directory.Path, "snapshot-????????").Order(StringComparer.Ordinal)];

    private string SegmentPath(uint number) => Path.Combine(_directory.Path, $"shares-{number:d8}.log");

    /// <summary>Closes after each part, so that the snapshots due by then are made.</summary>
    private void Fill(int count, TimeSpan keep = default, int first = 0)
    {
        for (int part = first; part < first + count; part += 100)
        {
            using ShareLog log = Open(new CountingFold(), NullLogger.Instance, keep);
            for (int number = part; number < part + 100; number++)
            {
                Assert.True(log.TryAppend([new ShareRecord { Work = (UInt128)number + 1, TimeMs = 1_000 }]));
                if (number % 400 == 399)
                {
                    Assert.True(log.TryAppend(LogRecordType.BlockFound, 1, new byte[200]));
                }
            }
        }
    }

    private CountingFold Reopen(ILogger? logger = null)
    {
        CountingFold fold = new();
        Open(fold, logger ?? NullLogger.Instance, every: 1_000).Dispose();
        return fold;
    }

    private ShareLog Open(CountingFold fold, ILogger logger, TimeSpan keep = default, int every = 2) => ShareLog.Open(
        new ShareLogOptions { Directory = _directory.Path, SegmentBytes = Segment, SnapshotSegments = every, Keep = keep },
        logger,
        fold,
        () => new CountingFold());
}
