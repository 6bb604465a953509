using CsCheck;
using Otedama.Core;
using Otedama.Pool;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>The fold alone, fed with records as a replay feeds it.</summary>
public sealed class LedgerStateTests
{
    [Fact]
    public void Saving_in_the_middle_and_going_on_gives_the_bytes_of_the_whole_fold() =>
        Gen.Select(Gen.Select(Gen.Int[0, 11], Gen.Int[0, 7], Gen.ULong[1, 5_000]).Array[2, 300], Gen.Int[0, 299]).Sample((steps, at) =>
        {
            Fold whole = new();
            Fold? resumed = null;
            for (int i = 0; i < steps.Length; i++)
            {
                if (i == at % steps.Length)
                {
                    resumed = whole.Reload();
                }
                whole.Step(i, steps[i].Item1, steps[i].Item2, steps[i].Item3);
                resumed?.Step(i, steps[i].Item1, steps[i].Item2, steps[i].Item3);
            }
            Assert.Equal(whole.Save(), resumed!.Save());
            Assert.Equal(whole.Save(), resumed.Reload().Save());
        }, iter: 150);

    /// <summary>Whatever becomes of the blocks, in whatever order, the books equal what the last statuses say.</summary>
    [Fact]
    public void Blocks_given_up_and_found_again_leave_balances_as_if_only_the_last_status_had_been() =>
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, 7], Gen.ULong[1, 5_000]).Array[2, 300].Sample(steps =>
        {
            Fold fold = new();
            for (int i = 0; i < steps.Length; i++)
            {
                fold.Step(i, steps[i].Item1, steps[i].Item2, steps[i].Item3);
                fold.CheckBooks();
            }
        }, iter: 150);

    [Fact]
    public void An_orphan_comes_back_until_it_is_a_thousand_blocks_deep_and_a_confirmed_block_stays()
    {
        Fold fold = new();
        fold.Step(0, 0, 1, 10);
        Hash256 hash = fold.State.Blocks.First!.Value.Record.BlockHash;
        Settle(fold.State, hash, BlockStatus.Orphaned);
        Assert.Equal((0, 1), (fold.State.BlocksFound, fold.State.BlocksOrphaned));
        Assert.Equal(0, fold.State.Miners.Earned.Units);
        Settle(fold.State, hash, BlockStatus.Pending);
        Assert.Equal((1, 0), (fold.State.BlocksFound, fold.State.BlocksOrphaned));
        Settle(fold.State, hash, BlockStatus.Confirmed);
        Settle(fold.State, hash, BlockStatus.Orphaned);
        Assert.Equal((1, 0), (fold.State.BlocksFound, fold.State.BlocksOrphaned));
        Assert.Empty(fold.State.Watched);

        fold.Step(1, 0, 2, 10);
        hash = fold.State.Blocks.Last!.Value.Record.BlockHash;
        Settle(fold.State, hash, BlockStatus.Orphaned);
        Assert.Single(fold.State.Watched);
        fold.Step(1_100, 0, 3, 10); // at a height a thousand above
        Assert.Equal(fold.State.Blocks.Last!.Value, Assert.Single(fold.State.Watched));
        Settle(fold.State, hash, BlockStatus.Pending);
        Assert.Equal(1, fold.State.BlocksOrphaned);
    }

    [Fact]
    public void Damaged_or_foreign_state_is_refused_in_words()
    {
        Fold fold = new();
        fold.Step(0, 0, 1, 10);
        fold.Step(1, 9, 1, 10);
        byte[] bytes = fold.Save();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<LogException>(() => LedgerState.Load(new MemoryStream(bytes, 0, length)));
        }
        bytes[0] = 9;
        LogException error = Assert.Throws<LogException>(() => LedgerState.Load(new MemoryStream(bytes)));
        Assert.Contains("version 9; this otedama reads version 2", error.Message);
    }

    private static void Settle(LedgerState state, Hash256 hash, BlockStatus status) =>
        state.Settle(new BlockStatusRecord(0, hash, ""), status);

    /// <summary>A state and a way to feed it: the same steps give the same records.</summary>
    private sealed class Fold
    {
        private readonly Dictionary<int, long> _credited = [];

        public Fold()
        {
            State = new LedgerState();
            State.Apply(new AccountRecord(0, new byte[] { 0xaa }, "op", ""));
        }

        private Fold(LedgerState state) => State = state;

        public LedgerState State { get; }

        public byte[] Save()
        {
            using MemoryStream stream = new();
            State.Save(stream);
            return stream.ToArray();
        }

        public Fold Reload() => new(LedgerState.Load(new MemoryStream(Save())));

        public void Step(int number, int kind, int who, ulong amount)
        {
            int account = AccountOf(who);
            switch (kind)
            {
                case 0:
                    State.Apply(Block(number, account, amount));
                    break;
                case 1 or 2 or 3 when State.Blocks.Count > 0:
                    LedgerBlock block = State.Blocks.ElementAt((int)(amount % (ulong)State.Blocks.Count));
                    State.Settle(new BlockStatusRecord(number, block.Record.BlockHash, $"step {number}"), (BlockStatus)(kind - 1));
                    break;
                case 4:
                    State.Apply(new WindowRecord(number, amount * 20));
                    break;
                case 5:
                    State.Apply(new RateRecord(number, new Amount((long)(amount % 3 * 1_000)), amount * 3));
                    break;
                default:
                    long before = State.Miners.Earned.Units;
                    State.Apply(new ShareRecord
                    {
                        AccountId = account,
                        Work = amount,
                        TimeMs = number * 97_000L,
                        Height = number,
                        HashTop = amount * 7,
                    });
                    int payee = State.Accounts[account].Payee.Id;
                    long credit = State.Miners.Earned.Units - before;
                    _credited[payee] = _credited.GetValueOrDefault(payee) + credit;
                    _credited[0] = _credited.GetValueOrDefault(0) - credit;
                    Assert.InRange(credit, 0, State.Rate.Reward.Units);
                    break;
            }
        }

        public void CheckBooks()
        {
            Dictionary<int, long> earned = new();
            Dictionary<int, long> paid = new();
            foreach (LedgerBlock block in State.Blocks.Where(block => block.Status != BlockStatus.Orphaned))
            {
                foreach (PayoutEntry entry in block.Entries)
                {
                    earned[entry.Payee] = earned.GetValueOrDefault(entry.Payee) + entry.Earned.Units;
                    paid[entry.Payee] = paid.GetValueOrDefault(entry.Payee) + entry.Paid.Units;
                }
            }
            Assert.Equal(earned.Values.Sum(), paid.Values.Sum());
            Assert.Equal(0, State.Payees.OfType<LedgerPayee>().Sum(payee => payee.Balance.Earned.Units - payee.Balance.Paid.Units));
            foreach (LedgerPayee payee in State.Payees.OfType<LedgerPayee>())
            {
                Assert.Equal(earned.GetValueOrDefault(payee.Id) + _credited.GetValueOrDefault(payee.Id), payee.Balance.Earned.Units);
                Assert.Equal(paid.GetValueOrDefault(payee.Id), payee.Balance.Paid.Units);
                Assert.InRange(payee.Balance.PaidImmature.Units, 0, payee.Balance.Paid.Units);
            }
            Assert.Equal(State.Blocks.Count(block => block.Status != BlockStatus.Orphaned), State.BlocksFound);
            Assert.Equal(State.Blocks.Count(block => block.Status == BlockStatus.Orphaned), State.BlocksOrphaned);
        }

        private int AccountOf(int who)
        {
            byte[] script = [(byte)(who % 5)];
            if (!State.TryFindAccount(LedgerState.KeyOf(script, $"w{who}"), out int id))
            {
                id = State.Accounts.Count;
                State.Apply(new AccountRecord(id, script, $"a{who % 5}", $"w{who}"));
            }
            return id;
        }

        private BlockRecord Block(int number, int finder, ulong amount)
        {
            long reward = 1_000 + (long)amount;
            int payee = State.Accounts[finder].Payee.Id;
            return new BlockRecord
            {
                TimeMs = number,
                Height = number,
                Finder = finder,
                BlockHash = new Hash256([(byte)(number & 0xff), (byte)(number >> 8), .. new byte[30]]),
                JobId = 1,
                Algorithm = Algorithm.Sha256d,
                Scheme = PayoutScheme.Pplns,
                Reward = new Amount(reward),
                NetworkWork = 5_000,
                Entries = amount % 2 == 0
                    ? [new PayoutEntry(0, new Amount(10), new Amount(reward)), new PayoutEntry(payee, new Amount(reward - 10), default)]
                    : [new PayoutEntry(0, new Amount(10), new Amount(5)), new PayoutEntry(payee, new Amount(reward - 10), new Amount(reward - 5))],
            };
        }
    }
}
