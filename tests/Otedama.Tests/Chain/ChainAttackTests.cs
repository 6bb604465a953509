using System.Globalization;
using Otedama.Benchmarks;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Chain;

/// <summary>Attacks of the share chain rules, section 11, on the real chain: what each would gain, and what it does.</summary>
public sealed class ChainAttackTests
{
    private const int Attacker = 1, Others = 0;

    private const uint CoinBits = 0x1b00ffff; // 65,536 times as hard as the easiest share, so that windows are as long as they may be

    private ulong _made;

    private static ChainParameters Rules(int window, long halfLife) => ChainParameters.Parse(string.Create(
        CultureInfo.InvariantCulture,
        $"otedama-sharechain/1|coin=btc|net=regtest|algo=sha256d|T=10000|N={window}|W=2|pen=20|ud=3|um=5|hl={halfLife}|dtcap={4 * halfLife}"
        + $"|limit=1d00ffff|g_ms=1767225600000|dust=5000|caps=4,7,13,47,146,367|pass="));

    /// <summary>
    /// He mines with the others only while no block has come for a while, or only while one has, and is paid for each share
    /// what the others are. Where a pool pays a round's shares at its end the same miner gains a lot.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_miner_who_comes_and_goes_with_the_luck_gains_nothing(bool comesAfterABlock)
    {
        const int Shares = 200_000, SharesPerBlock = 10;
        Random random = new(5);
        ChainParameters rules = Rules(100, 100_000_000_000);
        ShareChain chain = new(rules);
        double[] income = new double[2], byRound = new double[2];
        int[] mined = new int[2], round = new int[2];
        int sinceBlock = 0;
        for (int i = 0; i < Shares; i++)
        {
            bool isOn = sinceBlock < SharesPerBlock / 2 == comesAfterABlock;
            int miner = isOn && random.Next(3) == 0 ? Attacker : Others; // a third of the hashes there are then
            Take(chain, FreeShares.Core(chain.Next(), FreeShares.Payee(miner), TimeOf(rules, i)), rules);
            mined[miner]++;
            round[miner]++;
            sinceBlock++;
            if (random.Next(SharesPerBlock) == 0)
            {
                Pay(income, chain.Payees()!);
                byRound[Attacker] += (double)round[Attacker] / sinceBlock;
                byRound[Others] += (double)round[Others] / sinceBlock;
                (round, sinceBlock) = (new int[2], 0);
            }
        }
        Assert.InRange(Gain(income), -1, 1);
        Assert.True(!comesAfterABlock || Gain(byRound) > 10, $"{Gain(byRound):f1} % where rounds are paid");

        double Gain(double[] paid) => 100 * ((paid[Attacker] / mined[Attacker] / (paid[Others] / mined[Others])) - 1);

        static void Pay(double[] income, ChainPayee[] payees)
        {
            double all = payees.Sum(static payee => (double)payee.Weight);
            foreach (ChainPayee payee in payees)
            {
                income[payee.Key == FreeShares.Payee(Attacker) ? Attacker : Others] += (double)payee.Weight / all;
            }
        }
    }

    /// <summary>His shares' times are as late, or as early, as the rules let them be, or turn by turn both.</summary>
    [Theory]
    [InlineData(60_000, 60_000)]
    [InlineData(-600_000, -600_000)]
    [InlineData(60_000, -600_000)]
    public void Two_fifths_of_the_hashes_with_wrong_times_change_neither_rate_nor_pay(int oneLieMs, int otherLieMs)
    {
        const int Shares = 60_000, WarmUp = 2_000;
        const double Alpha = 0.4;
        Random random = new(11);
        ChainParameters rules = Rules(100, 600_000);
        ShareChain chain = new(rules);
        double hashesPerMs = 50 * (double)ShareDifficulty.Work(rules.LimitBits, 0) / rules.SpacingMs;
        double now = 0, from = 0;
        double[] work = new double[2];
        for (int i = 0; i < Shares + WarmUp; i++)
        {
            NextShare next = chain.Next();
            now -= (double)next.Work / hashesPerMs * Math.Log(1 - random.NextDouble());
            int miner = random.NextDouble() < Alpha ? Attacker : Others;
            double lie = miner == Others ? 0 : i % 2 == 0 ? oneLieMs : otherLieMs;
            Take(chain, FreeShares.Core(next, FreeShares.Payee(miner), rules.GenesisTimeMs + (ulong)Math.Max(0, now + lie)), rules);
            from = i < WarmUp ? now : from;
            work[miner] += i < WarmUp ? 0 : (double)next.Work;
        }
        Assert.InRange((now - from) / Shares / rules.SpacingMs, 0.85, 1.15);
        Assert.InRange(work[Attacker] / work.Sum() / Alpha, 0.99, 1.01);
    }

    /// <summary>A thousand times the hashes come from one moment to the next.</summary>
    [Fact]
    public void A_flood_of_hashes_is_some_hundred_shares_until_the_difficulty_has_followed()
    {
        Random random = new(3);
        ChainParameters rules = Rules(100, 600_000);
        ShareChain chain = new(rules);
        double limit = (double)ShareDifficulty.Work(rules.LimitBits, 0), now = 0;
        List<double> times = [];
        for (double hashesPerMs = 20 * limit / rules.SpacingMs; now < 20_000_000;)
        {
            NextShare next = chain.Next();
            double flood = now > 10_000_000 ? 1_000 : 1;
            now -= (double)next.Work / hashesPerMs / flood * Math.Log(1 - random.NextDouble());
            Take(chain, FreeShares.Core(next, FreeShares.Payee(0), rules.GenesisTimeMs + (ulong)now), rules);
            times.Add(now);
            if (times.Count > 20_000)
            {
                break;
            }
        }
        int most = times.Select((time, i) => times.Skip(i).TakeWhile(later => later < time + 60_000).Count()).Max();
        Assert.InRange(most, 150, 420); // the rules' own simulation has 372
    }

    /// <summary>He mines beside the tip only, where he can at best become an uncle, which a penalty is taken from.</summary>
    [Fact]
    public void Who_makes_uncles_only_loses_by_it_and_no_work_counts_twice()
    {
        const int Shares = 30_000;
        const double Alpha = 0.3;
        Random random = new(9);
        ChainParameters rules = Rules(100, 100_000_000_000);
        ShareChain chain = new(rules);
        ShareTally tally = new();
        Hash256 before = rules.Id;
        for (int i = 0; i < Shares; i++)
        {
            int miner = random.NextDouble() < Alpha ? Attacker : Others;
            NextShare next = chain.NextOn(miner == Attacker ? before : chain.TipId);
            Hash256 tip = chain.TipId;
            ChainShare share = Take(chain, FreeShares.Core(next, FreeShares.Payee(miner), TimeOf(rules, i)), rules);
            tally.Add(share, miner);
            before = chain.TipId == tip ? before : tip;
        }
        tally.Count(chain.TipId, rules.PenaltyPercent, 0, ulong.MaxValue);
        Assert.True(tally.Uncles > Shares / 10, $"{tally.Uncles} uncles");
        Assert.True(tally.GainPercent([Attacker], Alpha) < -5);
        double listed = (tally.Main + tally.Uncles) * (double)ShareDifficulty.Work(rules.LimitBits, 0);
        Assert.Equal(listed, tally.Credits.Values.Sum(), listed / 1_000_000);
    }

    /// <summary>Ten thousand keys with next to nothing each.</summary>
    [Fact]
    public void A_flood_of_tiny_payees_fills_no_coinbase_beyond_its_class()
    {
        ChainParameters rules = Rules(100, 600_000);
        ChainPayee[] payees = [.. Enumerable.Range(0, 10_000).Select(static i => new ChainPayee(FreeShares.Payee(i), i < 5 ? 1_000_000u : 1u))];
        foreach (int most in rules.Caps)
        {
            ChainPayout[] payouts = ChainSplit.Of([.. payees], FreeShares.CoinValue, most, rules.Dust, rules.Id);
            Assert.InRange(payouts.Length, 1, most);
            Assert.Equal(FreeShares.CoinValue, payouts.Aggregate(0UL, static (sum, payout) => sum + payout.Amount));
            Assert.All(payouts, payout => Assert.True(payout.Amount >= rules.Dust));
        }
    }

    /// <summary>One unit more or less for any payee, whoever else has it, is another coinbase.</summary>
    [Fact]
    public void One_unit_too_many_or_too_few_in_any_output_is_refused()
    {
        ChainParameters rules = Rules(100, 600_000);
        ShareChain chain = new(rules);
        for (int i = 0; i < 30; i++)
        {
            Take(chain, FreeShares.Core(chain.Next(), FreeShares.Payee(i % 9), TimeOf(rules, i)), rules);
        }
        ShareCore core = FreeShares.Core(chain.Next(), FreeShares.Payee(0), TimeOf(rules, 30));
        PayoutOutput[] right = [.. chain.SplitFor(core.CapClass, core.CoinValue, core.Payout)!];
        Assert.True(right.Length > 5);
        for (int i = 0; i < right.Length; i++)
        {
            int other = (i + 1) % right.Length;
            Assert.Equal(ShareFault.Payout, StepWith(i, 1, other, -1)); // the sum is right
            Assert.Equal(ShareFault.Payout, StepWith(i, 1, other, 0));
            Assert.Equal(ShareFault.Payout, StepWith(i, -1, other, 0));
        }
        Assert.Null(chain.Add(FreeShares.Seal(core, rules, _made++, CoinBits, right)));

        int? StepWith(int one, long change, int other, long otherChange)
        {
            PayoutOutput[] wrong = [.. right];
            wrong[one] = wrong[one] with { Amount = new Amount(wrong[one].Amount.Units + change) };
            wrong[other] = wrong[other] with { Amount = new Amount(wrong[other].Amount.Units + otherChange) };
            return chain.Add(FreeShares.Seal(core, rules, _made++, CoinBits, wrong))?.Step;
        }
    }

    private static ulong TimeOf(ChainParameters rules, int share) => rules.GenesisTimeMs + ((ulong)share * (ulong)rules.SpacingMs);

    private ChainShare Take(ShareChain chain, ShareCore core, ChainParameters rules)
    {
        ChainShare share = FreeShares.Seal(core, rules, _made++, CoinBits, payees: null);
        Assert.Null(chain.Restore(share));
        return share;
    }
}
