using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>The ledger behind snapshots, removed segments and repairs.</summary>
public sealed class LedgerSnapshotTests : IDisposable
{
    private readonly TempFolder _directory = new();
    private readonly PoolJob _job = new TestJobs().Add(1);
    private readonly HeldClock _time = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_ledger_from_a_snapshot_is_the_ledger_from_all_records()
    {
        Fill();
        Assert.NotEmpty(Snapshots());
        string fromSnapshot = Describe();
        foreach (string snapshot in Snapshots())
        {
            File.Delete(snapshot);
        }
        Assert.Equal(Describe(), fromSnapshot);
    }

    [Fact]
    public void What_is_older_than_it_is_kept_goes_and_nothing_owed_goes_with_it()
    {
        Fill();
        string before = Describe();
        Assert.True(File.Exists(SegmentPath(1)));
        _time.Advance(TimeSpan.FromDays(8));
        Fill(keep: TimeSpan.FromDays(7), work: 0);
        Assert.False(File.Exists(SegmentPath(1)));
        Assert.Equal(before.Split('\n')[..3], Describe().Split('\n')[..3]);
        List<object[]> accounts = [];
        LedgerExport.Run(new DiskFiles(), _directory.Path, LedgerTable.Accounts, accounts.Add);
        Assert.Equal(["op", "addr1", "addr2", "addr3"], accounts.Select(row => row[2]));
    }

    [Fact]
    public void A_lost_account_is_named_and_its_shares_are_kept_for_it()
    {
        using (Ledger ledger = Open())
        {
            int first = ledger.InternAccount("addr1", [1], "");
            int second = ledger.InternAccount("addr2", [2], "");
            Work(ledger, first, 10);
            Work(ledger, second, 30);
        }
        byte[] log = File.ReadAllBytes(SegmentPath(1));
        int at = log.AsSpan().IndexOf("addr1"u8);
        log[at] ^= 1;
        File.WriteAllBytes(SegmentPath(1), log);
        Assert.Contains("record 1 is lost", Assert.Throws<LogException>(() => Open()).Message);
        LogRepair.Repair(new DiskFiles(), _directory.Path);
        using (Ledger ledger = Open())
        {
            Assert.Equal("lost account 1", ledger.Account(1)!.Address);
            Assert.Equal((10u, 30u), ((uint)ledger.Account(1)!.Work, (uint)ledger.Account(2)!.Work));
            Assert.Equal(3, ledger.InternAccount("addr1", [1], ""));
        }
        using Ledger again = Open();
        Assert.Equal("addr1", again.Account(3)!.Address);
    }

    [Fact]
    public void Shares_blocks_and_payouts_are_exported()
    {
        using (Ledger ledger = Open())
        {
            int account = ledger.InternAccount("addr1", [1], "rig");
            Work(ledger, account, 10);
            PayoutSplit split = ledger.SplitFor(_job.Template, 10);
            ledger.BlockFound(new PoolJob { Job = _job.Job, Template = _job.Template, Split = split }, new Hash256(new byte[32]), account);
        }
        Assert.Equal(["addr1", "rig", "sha256d"], Rows(LedgerTable.Shares).Single()[3..6]);
        Assert.Equal("pending", Rows(LedgerTable.Blocks).Single()[5]);
        Assert.Equal(
            [("addr1", 4_950_000_000L), ("op", 50_000_000L)],
            Rows(LedgerTable.Payouts).Select(row => ((string)row[5], (long)row[7])).Order());
        foreach (LedgerTable table in Enum.GetValues<LedgerTable>())
        {
            Assert.All(Rows(table), row => Assert.Equal(LedgerExport.Columns(table).Count, row.Length));
        }
    }

    private List<object[]> Rows(LedgerTable table)
    {
        List<object[]> rows = [];
        LedgerExport.Run(new DiskFiles(), _directory.Path, table, rows.Add);
        return rows;
    }

    /// <summary>Ten openings, so that the snapshots due by then are made; about a segment of shares in each.</summary>
    private void Fill(TimeSpan keep = default, ulong work = 3)
    {
        for (int round = 0; round < 10; round++)
        {
            using Ledger ledger = Open(keep);
            for (int share = 0; share < 90; share++)
            {
                int number = (share % 3) + 1;
                int account = ledger.InternAccount($"addr{number}", [(byte)number], "");
                Work(ledger, account, work * (ulong)number);
            }
        }
    }

    private string Describe()
    {
        using Ledger ledger = Open();
        PayoutSplit split = ledger.SplitFor(_job.Template, 10);
        return string.Join(
            '\n',
            ledger.Totals().Work.ToString(),
            string.Join(';', ledger.Payees(10)),
            string.Join(';', split.Outputs.Select(output => $"{Hex.Encode(output.Script.Span)} {output.Amount}")),
            string.Join(';', ledger.Accounts(10).OrderBy(account => account.Id)));
    }

    private string[] Snapshots() => Directory.GetFiles(_directory.Path, "snapshot-*");

    private string SegmentPath(int number) => Path.Combine(_directory.Path, $"shares-{number:d8}.log");

    private void Work(Ledger ledger, int account, ulong work)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.True(ledger.TryAppend([new ShareRecord { AccountId = account, Work = work, TimeMs = now, Height = 100, Algorithm = Algorithm.Sha256d }]));
    }

    private Ledger Open(TimeSpan keep = default) => Ledger.Open(
        new LedgerOptions
        {
            Directory = _directory.Path,
            OperatorScript = new byte[] { 0xaa },
            OperatorAddress = "op",
            SegmentBytes = 4_096,
            LogKeep = keep,
        },
        _time,
        NullLogger.Instance);
}
