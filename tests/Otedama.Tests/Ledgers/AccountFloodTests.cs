using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Shares;
using Xunit;

namespace Otedama.Tests.Ledgers;

/// <summary>
/// Somebody makes as many accounts as his hashes give him, hashes drawn as chance would have them: a newcomer with a usual rig
/// still gets one and is paid, and nobody loses his.
/// </summary>
public sealed class AccountFloodTests : IDisposable
{
    private const int Regulars = 50;
    private const double EasyShare = 65_536, RigShare = 1e15, RigHashesPerSecond = 1e14;

    private readonly TempFolder _directory = new();
    private readonly Random _random = new(7);
    private readonly HeldClock _time = new();
    private readonly LineLogger _logger = new();
    private readonly Template _template = new TestJobs().Add(1).Template with { Bits = 0x17029a8a }; // Bitcoin's: 4e23 hashes a block

    public void Dispose() => _directory.Dispose();

    /// <summary>A CPU thread, a rig of the same kind, a hundred of them.</summary>
    [Theory]
    [InlineData(1e7, 1)]
    [InlineData(1e14, 24)]
    [InlineData(1e16, 720)]
    public void No_flood_of_accounts_keeps_a_newcomer_out_or_throws_anybody_out(double hashesPerSecond, double hours)
    {
        using Ledger ledger = Open(new LedgerOptions { Directory = _directory.Path, OperatorScript = new byte[] { 1 } }.AddressesMax);
        ledger.SplitFor(_template, 100);
        int[] regulars = [.. Enumerable.Range(0, Regulars).Select(i => Admit(ledger, Script(1, i), RigShare, RigShare))];
        PoolJob job = new TestJobs().Add(1, split: ledger.SplitFor(_template, 1)); // pays nobody but the operator: all others are owed
        ledger.BlockFound(job, Hash(1), regulars[0]);
        long[] owed = [.. Enumerable.Range(0, Regulars).Select(i => ledger.Payee(Script(1, i))!.Money.Owed.Units)];

        double budget = hashesPerSecond * hours * 3600;
        int made = Flood(ledger, budget);
        Assert.InRange(made, 32_768, 65_000);

        double hashes = 0;
        int newcomer = Claimant.NoAccount;
        while (newcomer < 0)
        {
            hashes += RigShare * -Math.Log(1 - _random.NextDouble());
            newcomer = Admit(ledger, Script(2, 0), RigShare, Worth(RigShare));
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{made} accounts made of {budget:g3} hashes; the newcomer has one after {hashes / RigHashesPerSecond:f0} s");
        Assert.InRange(hashes, 0, Math.Max(budget / 100, 10 * RigShare));

        Append(ledger, newcomer, 1e18);
        PayoutSplit split = ledger.SplitFor(_template, 1_000);
        Assert.True(split.Entries.Single(entry => entry.Payee == newcomer).Earned > Amount.Zero);
        for (int i = 0; i < Regulars; i++)
        {
            Assert.Equal(regulars[i], ledger.FindAccount(Script(1, i), ""));
            Assert.Equal(owed[i], ledger.Payee(Script(1, i))!.Money.Owed.Units);
            Assert.Contains(split.Entries, entry => entry.Payee == regulars[i]);
        }
    }

    [Fact]
    public void The_last_address_costs_a_block_and_those_who_have_one_pay_nothing()
    {
        using Ledger ledger = Open(addressesMax: 3);
        ledger.SplitFor(_template, 100);
        double block = (double)_template.NetworkTarget.ToWork();
        int first = Admit(ledger, Script(1, 0), 1, 1);
        Assert.Equal(Claimant.NoAccount, Admit(ledger, Script(1, 1), 1, Math.Sqrt(block) / 2));
        Assert.True(Admit(ledger, Script(1, 1), 1, Math.Sqrt(block) * 2) > first);
        Assert.Equal(Claimant.NoAccount, Admit(ledger, Script(1, 2), 1, block / 2));
        Assert.Equal(first, Admit(ledger, Script(1, 0), 1, 1));
        Assert.True(Admit(ledger, Script(1, 2), 1, block * 2) > first);
        Assert.Equal(Claimant.NoAccount, Admit(ledger, Script(1, 3), 1, block * 2));
    }

    [Fact]
    public void Refusals_are_one_line_a_minute()
    {
        using Ledger ledger = Open(addressesMax: 1);
        Admit(ledger, Script(1, 0), 1, 1);
        for (int i = 0; i < 100; i++)
        {
            Admit(ledger, Script(2, i), 1, 1);
        }
        _time.Advance(61);
        Admit(ledger, Script(2, 100), 1, 1);
        string[] lines = [.. _logger.Lines.Where(static line => line.Contains("refused", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Contains("100 good shares of new addresses were refused: all 1 addresses are taken. Raise pool.accounts_max.", lines[1]);
    }

    /// <summary>A new address with every share; what is refused makes him look for better hashes.</summary>
    private int Flood(Ledger ledger, double hashes)
    {
        int made = 0;
        double level = EasyShare;
        while (hashes > 0 && made < 65_536)
        {
            hashes -= level * -Math.Log(1 - _random.NextDouble());
            if (Admit(ledger, Script(3, made), level, Worth(level)) >= 0)
            {
                made++;
            }
            else
            {
                level *= 1.1;
            }
        }
        return made;
    }

    /// <summary>One share at this work whose hash turned out to be worth so much.</summary>
    private static int Admit(Ledger ledger, byte[] script, double work, double worth)
    {
        byte[] hash = new byte[Hash256.Size];
        Target.FromDifficulty(worth, Target.Max).Value.CopyTo(hash);
        int account = ledger.AdmitAccount(new Claimant("a", script, "", Claimant.NoAccount), new Hash256(hash));
        if (account >= 0)
        {
            Append(ledger, account, work);
        }
        return account;
    }

    private static void Append(Ledger ledger, int account, double work)
    {
        Assert.True(ledger.TryAppend([new ShareRecord { AccountId = account, Work = (UInt128)work, TimeMs = 1_000, Height = 100 }]));
        if (account % 1_000 == 0)
        {
            ledger.Log.Commit();
        }
    }

    /// <summary>The least lucky hash of a share is worth its work, half of them twice as much.</summary>
    private double Worth(double work) => work / (1 - _random.NextDouble());

    private static byte[] Script(byte group, int number) => [group, .. BitConverter.GetBytes(number)];

    private static Hash256 Hash(byte first) => new([first, .. new byte[31]]);

    private Ledger Open(int addressesMax) => Ledger.Open(
        new LedgerOptions { Directory = _directory.Path, OperatorScript = new byte[] { 0xaa }, Sync = LogSync.None, AddressesMax = addressesMax },
        _time,
        _logger);
}
