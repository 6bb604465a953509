using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class ShareLogTests : IDisposable
{
    private const int Segment = 4_096;

    private readonly TempFolder _directory = new();
    private readonly FailingFiles _files = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_committed_is_there_after_a_restart_across_segments()
    {
        using (ShareLog log = Open())
        {
            for (int i = 0; i < 500; i++)
            {
                Append(log, i);
                if (i % 7 == 0)
                {
                    log.Commit();
                }
            }
        }
        Assert.True(Directory.GetFiles(_directory.Path, "shares-*.log").Length > 5);
        Assert.Equal(Enumerable.Range(0, 500), Replay());
    }

    [Fact]
    public void One_commit_may_be_larger_than_a_segment()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 1_000);
            log.Commit();
        }
        Assert.Equal(Enumerable.Range(0, 1_000), Replay());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(63)]
    public void A_torn_tail_is_cut_at_the_last_whole_record_and_kept_aside(int bytesOfLast)
    {
        AppendAndTear(9, 1);
        string path = SegmentPath(1);
        int end = LogStart + (9 * 64);
        byte[] torn = File.ReadAllBytes(path)[end..(end + bytesOfLast)];
        Overwrite(path, end + bytesOfLast, new byte[64 - bytesOfLast]);
        Assert.Equal(Enumerable.Range(0, 9), Replay());
        byte[] aside = File.ReadAllBytes(Directory.GetFiles(_directory.Path, "*.torn").Single());
        Assert.Equal(torn.AsSpan().TrimEnd((byte)0).ToArray(), aside);
        using (ShareLog log = Open())
        {
            Append(log, 9, 2);
        }
        Assert.Equal(Enumerable.Range(0, 11), Replay());
    }

    [Fact]
    public void Records_behind_a_lost_page_of_an_interrupted_write_do_not_come_back_to_life()
    {
        AppendAndTear(2, 18);
        Overwrite(SegmentPath(1), LogStart + (5 * 64), new byte[3 * 64]);
        Assert.Equal(Enumerable.Range(0, 5), Replay());
        using (ShareLog log = Open())
        {
            Append(log, 100, 3); // exactly where the lost ones were
        }
        Assert.Equal([0, 1, 2, 3, 4, 100, 101, 102], Replay());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damage_before_intact_records_of_the_last_segment_is_refused_and_changes_nothing(bool marked)
    {
        using (ShareLog log = Open())
        {
            for (int i = 0; i < 20; i++)
            {
                Append(log, i);
                log.Commit();
            }
        }
        if (!marked)
        {
            File.Delete(MarkPath); // each record was a flush of its own, which the records themselves say
        }
        byte[] good = File.ReadAllBytes(SegmentPath(1));
        for (int bit = 0; bit < 19 * 64 * 8; bit += 7)
        {
            byte[] bad = (byte[])good.Clone();
            bad[LogStart + (bit / 8)] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(SegmentPath(1), bad);
            LogException error = Assert.Throws<LogException>(() => Open());
            Assert.Contains($"damaged at byte {LogStart + (bit / 512 * 64)} for 64 bytes; record {bit / 512} is lost", error.Message);
            Assert.Contains("ledger repair", error.Message);
            Assert.Equal(bad, File.ReadAllBytes(SegmentPath(1)));
        }
    }

    [Fact]
    public void A_damaged_last_record_that_was_acknowledged_is_said()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 3);
        }
        Overwrite(SegmentPath(1), LogStart + 128 + 20, [0xff]);
        LineLogger lines = new();
        ShareLog.Open(Options(), lines, _ => { }).Dispose();
        Assert.Contains(lines.Lines, line => line.Contains("ends before what the disk had confirmed: 1 acknowledged", StringComparison.Ordinal));
        Assert.Equal([0, 1], Replay());
    }

    [Fact]
    public void An_end_that_lost_more_than_a_disk_holds_back_is_refused()
    {
        using (ShareLog log = Open(segment: 1 << 20))
        {
            Append(log, 0, 2_000);
        }
        Overwrite(SegmentPath(1), LogStart + (100 * 64), new byte[1_900 * 64]);
        Assert.Contains("1900 records from 100 on are lost", Assert.Throws<LogException>(() => Open()).Message);
    }

    [Fact]
    public void Damage_before_the_last_segment_is_an_error_and_changes_nothing()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 200);
        }
        Overwrite(SegmentPath(2), LogStart + 70, [0xff]);
        byte[] before = File.ReadAllBytes(SegmentPath(2));
        LogException error = Assert.Throws<LogException>(() => Open());
        Assert.Contains(SegmentPath(2), error.Message);
        Assert.Contains("backup", error.Message);
        Assert.Equal(before, File.ReadAllBytes(SegmentPath(2)));
        File.Delete(SegmentPath(2));
        error = Assert.Throws<LogException>(() => Open());
        Assert.Contains($"{SegmentPath(2)} is missing; 63 records from 63 on are lost", error.Message);
    }

    [Fact]
    public void A_missing_last_segment_is_noticed()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 150);
        }
        Assert.Equal(3, Directory.GetFiles(_directory.Path, "shares-*.log").Length);
        File.Delete(SegmentPath(3));
        Assert.Contains($"{SegmentPath(3)} is missing; 24 records", Assert.Throws<LogException>(() => Open()).Message);
        File.Delete(SegmentPath(2));
        File.Delete(SegmentPath(1));
        Assert.Contains("is missing", Assert.Throws<LogException>(() => Open()).Message);
        Assert.Empty(Directory.GetFiles(_directory.Path, "shares-*.log"));
    }

    [Fact]
    public void A_segment_that_lost_its_name_to_a_power_cut_is_found_under_the_old_one()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 100);
        }
        File.Move(SegmentPath(2), Path.Combine(_directory.Path, "spare.log"), overwrite: true);
        Assert.Equal(Enumerable.Range(0, 100), Replay());
        Assert.True(File.Exists(SegmentPath(2)));
    }

    [Fact]
    public void A_spare_of_a_later_segment_is_never_deleted()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 150);
        }
        string spare = Path.Combine(_directory.Path, "spare.log");
        File.Move(SegmentPath(3), spare, overwrite: true);
        File.Move(SegmentPath(2), Path.Combine(_directory.Path, "elsewhere"));
        Assert.Contains("header of segment 3", Assert.Throws<LogException>(() => Open()).Message);
        Assert.True(File.Exists(spare));
    }

    [Fact]
    public void A_newer_version_is_refused_naming_both()
    {
        Open().Dispose();
        File.WriteAllText(Path.Combine(_directory.Path, "VERSION"), "otedama-ledger 9\n");
        LogException error = Assert.Throws<LogException>(() => Open());
        Assert.Contains("version 9", error.Message);
        Assert.Contains("version 1", error.Message);
        File.WriteAllText(Path.Combine(_directory.Path, "VERSION"), "something else");
        Assert.Contains("something else", Assert.Throws<LogException>(() => Open()).Message);
    }

    [Fact]
    public void Two_processes_cannot_have_it_open()
    {
        using ShareLog log = Open();
        Assert.Contains("another otedama", Assert.Throws<LogException>(() => Open()).Message);
    }

    [Fact]
    public void A_full_disk_is_an_error_that_loses_nothing_and_passes()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 30);
            log.Commit();
            _files.IsFull = true;
            Append(log, 30, 100); // needs new segments
            Assert.Equal(28, Assert.Throws<IOException>(log.Commit).HResult);
            Append(log, 130, 10);
            Assert.Throws<IOException>(log.Commit);
            Assert.Equal(30u, log.Committed.Sequence);
            _files.IsFull = false;
            log.Commit();
            Assert.Equal(140u, log.Committed.Sequence);
        }
        Assert.Equal(Enumerable.Range(0, 140), Replay());
    }

    [Fact]
    public void A_log_with_a_torn_tail_opens_on_a_full_disk()
    {
        AppendAndTear(9, 1);
        Overwrite(SegmentPath(1), LogStart + (9 * 64) + 20, new byte[44]);
        _files.NoNewFiles = true;
        Assert.Equal(Enumerable.Range(0, 9), Replay());
        _files.NoNewFiles = false;
        Assert.Equal(Enumerable.Range(0, 9), Replay());
    }

    [Fact]
    public void After_a_failed_sync_everything_is_written_again()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 10);
            _files.SyncFails = true;
            Assert.Throws<IOException>(log.Commit);
            Overwrite(SegmentPath(1), LogStart, new byte[640]); // the system dropped the pages that it could not write
            _files.SyncFails = false;
            log.Commit();
        }
        Assert.Equal(Enumerable.Range(0, 10), Replay());
    }

    [Fact]
    public void A_death_on_a_full_disk_leaves_only_whole_records()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 10);
            log.Commit();
            _files.IsFull = true;
            Append(log, 10, 15);
            Assert.Throws<IOException>(log.Commit);
        } // closes without having been able to write
        _files.IsFull = false;
        IEnumerable<int> found = Replay();
        Assert.Equal(Enumerable.Range(0, found.Count()), found);
        Assert.True(found.Count() >= 10);
    }

    [Fact]
    public void Appends_are_refused_when_too_much_waits_but_blocks_still_fit()
    {
        using ShareLog log = Open(pending: 64 * 64);
        int taken = 0;
        while (log.TryAppend([Share(taken)]))
        {
            taken++;
        }
        Assert.InRange(taken, 48, 49);
        Assert.True(log.TryAppend(LogRecordType.BlockOrphaned, 1, new byte[100]));
        log.Commit();
        Assert.True(log.TryAppend([Share(0)]));
    }

    [Fact]
    public void A_segment_whose_header_was_never_written_is_used_again()
    {
        using (ShareLog log = Open())
        {
            Append(log, 0, 10);
        }
        File.WriteAllBytes(SegmentPath(2), new byte[Segment]);
        using (ShareLog log = Open())
        {
            Append(log, 10, 5);
        }
        Assert.Equal(Enumerable.Range(0, 15), Replay());
    }

    [Fact]
    public void The_bytes_of_records_are_frozen()
    {
        ShareRecord share = new()
        {
            TimeMs = 0x0102030405060708,
            AccountId = 0x11121314,
            JobId = 0x21222324,
            Height = 0x31323334,
            Algorithm = Algorithm.Scrypt,
            IsBlock = true,
            Work = new UInt128(0x4142434445464748, 0x5152535455565758),
            HashTop = 0x6162636465666768,
        };
        byte[] bytes = new byte[ShareRecord.Length];
        share.Write(bytes);
        Assert.Equal(
            "080706050403020114131211242322213433323102010000585756555453525148474645444342416867666564636261", Hex.Encode(bytes));
        Assert.Equal(share, ShareRecord.Read(bytes));

        AccountRecord account = new(5, new byte[] { 0x51 }, "ad", "w");
        Assert.Equal("0500000001000200010000005161" + "6477", Hex.Encode(account.ToBytes()));
        BlockStatusRecord status = new(1, new Hash256(new byte[32]), "no");
        Assert.Equal("0100000000000000" + new string('0', 64) + "02006e6f", Hex.Encode(status.ToBytes()));
        Assert.Equal("0100000000000000" + "02" + new string('0', 30), Hex.Encode(new WindowRecord(1, 2).ToBytes()));
        Assert.Equal(
            "0100000000000000" + "0200000000000000" + "03" + new string('0', 30),
            Hex.Encode(new RateRecord(1, new Amount(2), 3).ToBytes()));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 255], Enum.GetValues<LogRecordType>().Select(type => (int)type));

        using (ShareLog log = Open())
        {
            Assert.True(log.TryAppend([share]));
        }
        Assert.Equal(
            "4f54444d4c4f470001000000010000000000000000000000", Hex.Encode(File.ReadAllBytes(SegmentPath(1)).AsSpan(0, 24)));
        Assert.Equal(
            "300000000201000000000000", Hex.Encode(File.ReadAllBytes(SegmentPath(1)).AsSpan(LogStart + 4, 12)));
    }

    private static int LogStart => LogPosition.Start.Offset;

    /// <summary>
    /// Leaves a log as a power cut does in the middle of the second commit: its mark tells of the first only.
    /// </summary>
    private void AppendAndTear(int committed, int torn)
    {
        byte[] mark;
        using (ShareLog log = Open())
        {
            Append(log, 0, committed);
            log.Commit();
            mark = ReadShared(MarkPath);
            Append(log, committed, torn);
        }
        File.WriteAllBytes(MarkPath, mark);
    }

    private static byte[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private string MarkPath => Path.Combine(_directory.Path, "COMMITTED");

    private string SegmentPath(int number) => Path.Combine(_directory.Path, $"shares-{number:d8}.log");

    private ShareLogOptions Options(int pending = 1 << 20, int segment = Segment) => new()
    {
        Directory = _directory.Path,
        SegmentBytes = segment,
        Files = _files,
        PendingBytesMax = pending,
    };

    private ShareLog Open(LogVisitor? visit = null, int pending = 1 << 20, int segment = Segment) =>
        ShareLog.Open(Options(pending, segment), NullLogger.Instance, visit ?? (_ => { }));

    private List<int> Replay()
    {
        List<int> accounts = new();
        Open(record => accounts.Add(ShareRecord.Read(record.Payload).AccountId)).Dispose();
        return accounts;
    }

    private static void Append(ShareLog log, int first, int count = 1) =>
        Assert.True(log.TryAppend([.. Enumerable.Range(first, count).Select(Share)]));

    private static ShareRecord Share(int account) => new() { AccountId = account, Work = 5, TimeMs = 1_000, HashTop = ulong.MaxValue };

    private static void Overwrite(string path, int offset, byte[] bytes)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = offset;
        file.Write(bytes);
    }
}
