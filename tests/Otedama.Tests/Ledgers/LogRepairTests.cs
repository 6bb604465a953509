using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class LogRepairTests : IDisposable
{
    private const int Segment = 4_096; // 63 shares
    private const int Start = 64;

    private readonly TempFolder _directory = new();
    private readonly DiskFiles _disk = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_good_log_has_no_damage_and_a_check_changes_nothing()
    {
        Fill(150);
        LogReport report = LogRepair.Check(_disk, _directory.Path);
        Assert.Equal((1u, 3u, 150L, 0, 0), (report.SegmentFirst, report.SegmentLast, report.Records, report.TornBytes, report.LostAtEnd));
        Assert.Empty(report.Damages);
        Assert.Empty(LogRepair.Repair(_disk, _directory.Path).Copies);
    }

    [Fact]
    public void Exactly_the_damaged_record_is_skipped_and_the_file_of_before_is_kept()
    {
        for (int bit = 0; bit < 64 * 8; bit += 3)
        {
            using TempFolder directory = new();
            Fill(20, directory.Path);
            string path = SegmentPath(1, directory.Path);
            byte[] bad = File.ReadAllBytes(path);
            bad[Start + (5 * 64) + (bit / 8)] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(path, bad);
            LogRepairReport report = LogRepair.Repair(_disk, directory.Path);
            LogDamage damage = Assert.Single(report.Repaired);
            Assert.Equal((Start + 320, 64, 5u, 1u), (damage.Offset, damage.Bytes, damage.FirstLost, damage.RecordsLost));
            Assert.Equal(bad, File.ReadAllBytes(Assert.Single(report.Copies)));
            Assert.Equal(Enumerable.Range(0, 20).Where(n => n != 5), Replay(directory.Path));
        }
    }

    [Fact]
    public void Damage_of_every_kind_at_once_is_listed_and_mended_and_the_log_goes_on()
    {
        Fill(400);
        Overwrite(1, Start + (10 * 64) + 3, 200, 0xff); // records 10 to 13
        Overwrite(2, Start + (50 * 64), Segment - Start - (50 * 64), 0); // the end: 113 to 125
        Overwrite(4, 5, 30, 0x55); // a header
        File.Delete(SegmentPath(6)); // 315 to 377
        LogReport report = LogRepair.Check(_disk, _directory.Path);
        Assert.Equal(
            [(LogFault.Records, 1u, 10u, 4u), (LogFault.Records, 2u, 113u, 13u), (LogFault.Header, 4u, 189u, 0u), (LogFault.MissingSegment, 6u, 315u, 63u)],
            report.Damages.Select(damage => (damage.Fault, damage.Segment, damage.FirstLost, damage.RecordsLost)));
        Assert.Equal(400 - 80, report.Records);
        LogRepair.Repair(_disk, _directory.Path);
        IEnumerable<int> left = Enumerable.Range(0, 400).Where(n => n is < 10 or (> 13 and < 113) or (> 125 and < 315) or > 377);
        Assert.Equal(left, Replay(_directory.Path));
        Fill(410, _directory.Path, 400);
        Assert.Equal(left.Concat(Enumerable.Range(400, 10)), Replay(_directory.Path));
    }

    [Fact]
    public void What_is_missing_at_the_end_is_given_up_by_a_repair()
    {
        Fill(150);
        File.Delete(SegmentPath(3));
        LogDamage damage = Assert.Single(LogRepair.Check(_disk, _directory.Path).Damages);
        Assert.Equal((LogFault.MissingSegment, 3u, 24u), (damage.Fault, damage.Segment, damage.RecordsLost));
        LogRepair.Repair(_disk, _directory.Path);
        Assert.Equal(Enumerable.Range(0, 126), Replay(_directory.Path));
    }

    [Fact]
    public void Large_damage_is_covered_by_several_records()
    {
        Fill(80_000, segment: 8 << 20);
        Overwrite(1, Start + 64, 3 << 20, 0xff);
        LogRepair.Repair(_disk, _directory.Path);
        Assert.Equal(80_000 - ((3 << 20) / 64), Replay(_directory.Path).Count);
    }

    [Fact]
    public void A_log_in_use_is_refused_and_so_is_none()
    {
        Fill(1);
        using (Open(_directory.Path))
        {
            Assert.Contains("another otedama", Assert.Throws<LogException>(() => LogRepair.Check(_disk, _directory.Path)).Message);
            Assert.Contains("another otedama", Assert.Throws<LogException>(() => LogRepair.Repair(_disk, _directory.Path)).Message);
        }
        string nowhere = Path.Combine(_directory.Path, "nowhere");
        Assert.Contains("there is none", Assert.Throws<LogException>(() => LogRepair.Check(_disk, nowhere)).Message);
        Assert.False(Directory.Exists(nowhere));
    }

    private void Fill(int end, string? directory = null, int first = 0, int segment = Segment)
    {
        using ShareLog log = Open(directory ?? _directory.Path, segment);
        for (int number = first; number < end; number++)
        {
            Assert.True(log.TryAppend([new ShareRecord { AccountId = number, Work = 1, TimeMs = 1_000 }]));
        }
    }

    private static List<int> Replay(string directory)
    {
        List<int> accounts = [];
        Open(directory, visit: record =>
        {
            if (record.Type == LogRecordType.Share)
            {
                accounts.Add(ShareRecord.Read(record.Payload).AccountId);
            }
        }).Dispose();
        return accounts;
    }

    private static ShareLog Open(string directory, int segment = Segment, LogVisitor? visit = null) => ShareLog.Open(
        new ShareLogOptions { Directory = directory, SegmentBytes = segment }, NullLogger.Instance, visit ?? (_ => { }));

    private string SegmentPath(int number, string? directory = null) =>
        Path.Combine(directory ?? _directory.Path, $"shares-{number:d8}.log");

    private void Overwrite(int segment, int offset, int length, byte value)
    {
        using FileStream file = new(SegmentPath(segment), FileMode.Open, FileAccess.Write);
        file.Position = offset;
        file.Write([.. Enumerable.Repeat(value, length)]);
    }
}
