using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class LedgerTests : IDisposable
{
    private readonly TempFolder _directory = new();
    private readonly PoolJob _job = new TestJobs().Add(1);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Accounts_are_numbered_once_and_survive_a_restart()
    {
        int first, second, other;
        using (Ledger ledger = Open())
        {
            first = ledger.InternAccount("addr", [1, 2], "rig1");
            second = ledger.InternAccount("addr", [1, 2], "rig2");
            other = ledger.InternAccount("addr2", [3], "rig1");
            Assert.Equal([1, 2, 3], [first, second, other]);
            Assert.Equal(first, ledger.InternAccount("addr", [1, 2], "rig1"));
            Assert.Equal(4, ledger.AccountCount);
        }
        using Ledger again = Open();
        Assert.Equal(other, again.InternAccount("addr2", [3], "rig1"));
        Assert.Equal(second, again.InternAccount("addr", [1, 2], "rig2"));
        Assert.Equal(4, again.InternAccount("addr", [1, 2], "rig3"));
        Assert.Equal("rig2", again.Account(second)!.Worker);
        Assert.Equal("addr", again.Account(second)!.Address);
    }

    [Fact]
    public void Worker_names_are_cut_without_half_characters()
    {
        using Ledger ledger = Open();
        int account = ledger.InternAccount("a", [1], new string('\u00e9', 300));
        Assert.Equal(95, ledger.Account(account)!.Worker.Length); // 190 bytes
        Assert.Equal(account, ledger.InternAccount("a", [1], new string('\u00e9', 300)));
    }

    [Fact]
    public void Further_workers_of_an_address_share_an_account_and_keep_nobody_out()
    {
        using Ledger ledger = Open(options => options with { AddressesMax = 3, WorkersMax = 2 });
        Assert.Equal([1, 2, 3, 3], ((string[])["a", "b", "c", "d"]).Select(name => ledger.InternAccount("x", [1], name)));
        Assert.Equal("others", ledger.Account(3)!.Worker);
        Assert.Equal(2, ledger.InternAccount("x", [1], "b"));

        // Two names more than addresses exist already, and a third is possible; then every address has its first and one for all others.
        Assert.Equal([4, 5, 6, 6], ((string[])["a", "b", "c", "d"]).Select(name => ledger.InternAccount("y", [2], name)));
        Assert.Equal(("b", "others"), (ledger.Account(5)!.Worker, ledger.Account(6)!.Worker));
        Assert.Equal([7, 8, 8], ((string[])["a", "b", "c"]).Select(name => ledger.InternAccount("z", [3], name)));
        Assert.Equal("others", ledger.Account(8)!.Worker);
    }

    [Fact]
    public void Addresses_are_limited_by_a_setting_that_exists_and_known_ones_stay_welcome()
    {
        using Ledger ledger = Open(options => options with { AddressesMax = 2 });
        ledger.InternAccount("a", [1], "");
        int second = ledger.InternAccount("b", [2], "");
        LedgerFullException error = Assert.Throws<LedgerFullException>(() => ledger.InternAccount("c", [3], ""));
        Assert.Contains("all 2 addresses are taken. Raise pool.accounts_max.", error.Message);
        Assert.Equal(second, ledger.InternAccount("b", [2], ""));
        Assert.Equal(4, ledger.InternAccount("b", [2], "w") + 1);
    }

    [Fact]
    public async Task The_first_block_of_a_pool_is_its_finder_s_after_the_fee()
    {
        using Ledger ledger = Open(options => options with { ConfirmationDepth = 1 });
        PayoutSplit empty = ledger.SplitFor(_job.Template, 4);
        Assert.Equal(5_000_000_000, empty.Outputs.Single().Amount.Units);
        int finder = ledger.InternAccount("a", [1], "");
        ledger.BlockFound(JobWith(empty), Hash(1), finder);
        Assert.Equal(4_950_000_000, ledger.Payee([1])!.Money.Owed.Units);
        Assert.Equal(-4_950_000_000, ledger.Payees(9).Single(payee => payee.Id == 0).Money.Owed.Units);
        Chain chain = new() { Height = 100 };
        chain.Hashes[100] = Hash(1);
        Assert.Equal(1, await ledger.SettleAsync(chain, default));
        Work(ledger, (finder, 1)); // from now on all is his, what the operator owes him included
        Assert.Equal(5_000_000_000, ledger.SplitFor(_job.Template, 4).Outputs.Single(o => o.Script.Span[0] == 1).Amount.Units);
    }

    [Fact]
    public void Workers_of_one_address_share_one_output()
    {
        using Ledger ledger = Open();
        int first = ledger.InternAccount("addr", [1], "a");
        int second = ledger.InternAccount("addr", [1], "b");
        Work(ledger, (first, 10), (second, 30));
        PayoutSplit split = ledger.SplitFor(_job.Template, 10);
        Assert.Equal([1], split.Outputs[0].Script.ToArray());
        Assert.Equal(4_950_000_000, split.Outputs[0].Amount.Units);
        Assert.Equal(50_000_000, split.Outputs[1].Amount.Units);
    }

    [Fact]
    public void A_window_of_the_network_difficulty_times_the_factor_is_paid()
    {
        using Ledger ledger = Open(); // bits 207fffff: 2 hashes per block, so the window is 4
        int early = ledger.InternAccount("a", [1], "");
        int late = ledger.InternAccount("b", [2], "");
        Work(ledger, (early, 100), (late, 1));
        Assert.Equal(
            [3_712_500_000L, 1_237_500_000L, 50_000_000L], ledger.SplitFor(_job.Template, 10).Outputs.Select(o => o.Amount.Units));
    }

    [Fact]
    public async Task A_block_is_booked_confirmed_at_depth_and_its_debts_become_payable_then()
    {
        using Ledger ledger = Open(options => options with { PayoutMin = new Amount(2_000_000_000) });
        int small = ledger.InternAccount("a", [1], "");
        int large = ledger.InternAccount("b", [2], "");
        Work(ledger, (small, 1), (large, 3));
        Hash256 hash = Find(ledger, 7, finder: large);
        PayeeInfo owed = ledger.Payee([1])!;
        Assert.Equal((1_237_500_000L, 0L), (owed.Money.Owed.Units, owed.Money.Pending.Units));
        Assert.Equal(1_237_500_000, ledger.SplitFor(_job.Template, 10).Entries.Single(e => e.Payee == small).Earned.Units);
        Assert.Equal(0, ledger.SplitFor(_job.Template, 10).Entries.Single(e => e.Payee == small).Paid.Units);
        Assert.Equal(BlockStatus.Pending, ledger.Blocks(10).Single().Status);

        Chain chain = new() { Height = 100 + 98 };
        chain.Hashes[100] = hash;
        Assert.Equal(0, await ledger.SettleAsync(chain, default));
        chain.Height++;
        Assert.Equal(1, await ledger.SettleAsync(chain, default));
        Assert.Equal(BlockStatus.Confirmed, ledger.Blocks(10).Single().Status);
        // 1,237,500,000 new and as much owed reach the minimum; the operator's part of 50,000,000 pays a piece of it.
        Assert.Equal(1_287_500_000, ledger.SplitFor(_job.Template, 10).Entries.Single(e => e.Payee == small).Paid.Units);
    }

    [Fact]
    public async Task An_orphaned_block_is_reverted_and_a_refused_one_as_well()
    {
        using Ledger ledger = Open();
        int account = ledger.InternAccount("a", [1], "");
        Work(ledger, (account, 10));
        Find(ledger, 7, account);
        Hash256 refused = Find(ledger, 8, account);
        Assert.Equal(2 * 4_950_000_000, ledger.Payee([1])!.Money.Pending.Units);
        ledger.BlockRefused(refused, "bad-txnmrklroot");
        Assert.Equal(4_950_000_000, ledger.Payee([1])!.Money.Pending.Units);
        Chain chain = new() { Height = 104 };
        chain.Hashes[100] = Hash(99);
        Assert.Equal(0, await ledger.SettleAsync(chain, default));
        chain.Height++;
        Assert.Equal(1, await ledger.SettleAsync(chain, default));
        Assert.Equal(0, ledger.Payee([1])!.Money.Pending.Units);
        Assert.Equal([BlockStatus.Orphaned, BlockStatus.Orphaned], ledger.Blocks(9).Select(block => block.Status));
        Assert.Equal("bad-txnmrklroot", ledger.Blocks(9)[0].Reason);
        Assert.Equal(2, ledger.Totals().BlocksOrphaned);
        Assert.All(ledger.Payouts(10), payout => Assert.Equal(BlockStatus.Orphaned, payout.Status));
    }

    [Fact]
    public void Solo_pays_the_finder_at_once_when_the_coinbase_is_his_and_with_the_next_block_when_it_is_shared()
    {
        using Ledger ledger = Open(options => options with { Scheme = PayoutScheme.Solo, ConfirmationDepth = 1 });
        int finder = ledger.InternAccount("a", [1], "");
        PayoutSplit own = ledger.SplitFor(_job.Template, 4, finder);
        Assert.Equal(4_950_000_000, own.Outputs[0].Amount.Units);
        PayoutSplit shared = ledger.SplitFor(_job.Template, 4);
        Assert.Equal(5_000_000_000, shared.Outputs.Single().Amount.Units);
        ledger.BlockFound(JobWith(shared), Hash(1), finder);
        Assert.Equal(4_950_000_000, ledger.Payee([1])!.Money.Owed.Units);
    }

    [Fact]
    public void Under_pps_work_earns_at_once_whatever_becomes_of_blocks()
    {
        long[] live;
        using (Ledger ledger = Open(options => options with { Scheme = PayoutScheme.Pps }))
        {
            int first = ledger.InternAccount("a", [1], "");
            int second = ledger.InternAccount("b", [2], "");
            Template template = _job.Template with { Bits = 0x1f00ffff }; // 65,537 hashes a block
            Assert.Equal([0xaa], ledger.SplitFor(template, 4).Outputs.Single().Script.ToArray());
            Work(ledger, (first, 10_000), (first, 20_000), (second, 1));
            // floor(30,000 x 4,950,000,000 / 65,537), and the same for one hash
            Assert.Equal([2_265_895_600L, 75_529L], Owed(ledger));
            PayoutSplit split = ledger.SplitFor(template, 4);
            Assert.Equal([(1, 2_265_895_600L), (2, 75_529L)], split.Entries.Where(e => e.Payee > 0).Select(e => (e.Payee, e.Paid.Units)));
            Assert.Equal(5_000_000_000, split.Outputs.Sum(output => output.Amount.Units));
            ledger.BlockFound(JobWith(split), Hash(1), second);
            Assert.Equal([0L, 0L], Owed(ledger));
            ledger.BlockRefused(Hash(1), "stale");
            Assert.Equal([2_265_895_600L, 75_529L], Owed(ledger));
            Work(ledger, (second, 70_000)); // a share heavier than a block
            Assert.Equal([2_265_895_600L, 4_950_075_529L], live = Owed(ledger));
        }
        using Ledger again = Open(options => options with { Scheme = PayoutScheme.Pps });
        Assert.Equal(live, Owed(again));

        static long[] Owed(Ledger ledger)
        {
            PayeeInfo[] payees = [.. ledger.Payees(9).OrderBy(payee => payee.Id)];
            Assert.Equal(0, payees.Sum(payee => payee.Money.Owed.Units));
            return [.. payees.Skip(1).Select(payee => payee.Money.Owed.Units)];
        }
    }

    [Fact]
    public void A_pool_that_leaves_pps_owes_what_was_earned_and_credits_no_more()
    {
        using (Ledger ledger = Open(options => options with { Scheme = PayoutScheme.Pps }))
        {
            int account = ledger.InternAccount("a", [1], "");
            ledger.SplitFor(_job.Template, 4);
            Work(ledger, (account, 1)); // of the 2 hashes a block takes
            Assert.Equal(2_475_000_000, ledger.Payee([1])!.Money.Owed.Units);
        }
        using Ledger later = Open();
        later.SplitFor(_job.Template, 4);
        Work(later, (1, 1));
        Assert.Equal(2_475_000_000, later.Payee([1])!.Money.Owed.Units);
        PayoutEntry entry = later.SplitFor(_job.Template, 4).Entries.Single(e => e.Payee == 1);
        Assert.Equal((4_950_000_000, 5_000_000_000), (entry.Earned.Units, entry.Paid.Units));
    }

    [Fact]
    public void The_operator_s_address_can_change()
    {
        using (Ledger ledger = Open())
        {
            Work(ledger, (ledger.InternAccount("a", [1], ""), 10));
        }
        using Ledger again = Open(options => options with { OperatorScript = new byte[] { 0x55 } });
        Assert.Equal([0x55], again.SplitFor(_job.Template, 4).Outputs[1].Script.ToArray());
        Assert.Equal(2, again.AccountCount);
    }

    [Fact]
    public void Meters_show_the_last_minute_and_hour()
    {
        HeldClock time = new();
        using Ledger ledger = Ledger.Open(Options(), time, NullLogger.Instance);
        int account = ledger.InternAccount("a", [1], "");
        for (int second = 0; second < 600; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            ledger.TryAppend([Share(account, 1_000, time.GetUtcNow().ToUnixTimeMilliseconds())]);
        }
        HashRates rates = ledger.Account(account)!.HashRate;
        Assert.InRange(rates.OneMinute, 950, 1_050);
        Assert.InRange(rates.TenMinutes, 950, 1_050);
        Assert.InRange(rates.OneHour, 950, 1_050);
        time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(0, ledger.Account(account)!.HashRate.TenMinutes);
        Assert.True(ledger.Account(account)!.HashRate.OneHour > 200);
        Assert.Null(ledger.Account(99));
    }

    [Fact]
    public void A_replay_gives_the_same_state_and_all_balances_sum_to_zero() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 6], Gen.ULong[1, 50]).Array[1, 120].Sample((steps) =>
        {
            using TempFolder directory = new();
            LedgerOptions options = Options() with { Directory = directory.Path, PayoutMin = new Amount(900_000_000), Sync = LogSync.None };
            string live;
            using (Ledger ledger = Ledger.Open(options, new HeldClock(), NullLogger.Instance))
            {
                foreach ((int kind, int who, ulong work) in steps)
                {
                    Step(ledger, kind, who, work);
                    Assert.Equal(0, ledger.Payees(100).Sum(payee => payee.Money.Owed.Units));
                }
                live = Describe(ledger);
            }
            using Ledger replayed = Ledger.Open(options, new HeldClock(), NullLogger.Instance);
            Assert.Equal(live, Describe(replayed));
        }, iter: 60, threads: 1);

    private void Step(Ledger ledger, int kind, int who, ulong work)
    {
        int account = ledger.InternAccount($"a{who % 4}", [(byte)(1 + (who % 4))], $"w{who}");
        switch (kind)
        {
            case 0:
                ledger.BlockFound(JobWith(ledger.SplitFor(_job.Template, 4)), Hash((int)work), account);
                break;
            case 1 when ledger.Blocks(1) is [{ Status: BlockStatus.Pending } newest]:
                ledger.BlockRefused(newest.Hash, "orphan");
                break;
            case 2:
                Chain chain = new() { Height = 500 };
                chain.Hashes[100] = Hash((int)work);
                _ = ledger.SettleAsync(chain, default).GetAwaiter().GetResult();
                break;
            default:
                Work(ledger, (account, work));
                break;
        }
    }

    private string Describe(Ledger ledger)
    {
        PayoutSplit split = ledger.SplitFor(_job.Template, 3);
        return string.Join(
            '\n',
            ledger.Payees(100).Select(payee => payee.ToString())
                .Concat(ledger.Blocks(100).Select(block => (block with { Time = default }).ToString()))
                .Concat(split.Entries.Select(entry => entry.ToString()))
                .Concat(split.Outputs.Select(output => $"{Hex.Encode(output.Script.Span)} {output.Amount}"))
                .Append(ledger.Totals().Work.ToString()));
    }

    private LedgerOptions Options() => new()
    {
        Directory = _directory.Path,
        OperatorScript = new byte[] { 0xaa },
        OperatorAddress = "op",
        SegmentBytes = 64 * 1024,
    };

    private Ledger Open(Func<LedgerOptions, LedgerOptions>? change = null) =>
        Ledger.Open(change is null ? Options() : change(Options()), TimeProvider.System, NullLogger.Instance);

    private Hash256 Find(Ledger ledger, int number, int finder)
    {
        ledger.BlockFound(JobWith(ledger.SplitFor(_job.Template, 10)), Hash(number), finder);
        return Hash(number);
    }

    private PoolJob JobWith(PayoutSplit split) => new() { Job = _job.Job, Template = _job.Template, Split = split };

    private static Hash256 Hash(int number)
    {
        byte[] bytes = new byte[32];
        bytes[0] = (byte)number;
        return new Hash256(bytes);
    }

    private static void Work(Ledger ledger, params (int Account, ulong Work)[] shares) =>
        Assert.True(ledger.TryAppend([.. shares.Select(share => Share(share.Account, share.Work, 1_000))]));

    private static ShareRecord Share(int account, ulong work, long timeMs) =>
        new() { AccountId = account, Work = work, TimeMs = timeMs, Height = 100, Algorithm = Algorithm.Sha256d };

    private sealed class Chain : IChainView
    {
        public int Height { get; set; }

        public Dictionary<int, Hash256> Hashes { get; } = [];

        public ValueTask<int?> GetHeightAsync(CancellationToken cancellation) => new(Height);

        public ValueTask<Hash256?> GetBlockHashAsync(int height, CancellationToken cancellation) =>
            new(Hashes.TryGetValue(height, out Hash256 hash) ? hash : null);
    }
}
