using Xunit;

namespace Otedama.Tests.App;

public sealed class StatusLinesTests
{
    [Fact]
    public void Payouts_tell_earned_immature_paid_and_owed_apart_and_then_each_output()
    {
        Assert.Equal(
        [
            "ADDRESS                                                           KIND      EARNED OTE  IMMATURE  PAID       OWED",
            "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080                      miner     5,231.4822  0         5,231.441  0.0412",
            "bcrt1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qzf4jry  miner     1,210.2     0         1,210.2    0",
            "bcrt1q0000000000000000000000000000000000000                       operator  65          1.5       64         -0.5",
            "",
            "TIME (UTC)           HEIGHT  BLOCK              STATUS   KIND      AMOUNT OTE  ADDRESS",
            "2027-01-15 08:00:00  128     \u2026000000000000beef  pending  miner     1,049.5     bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
            "2027-01-15 08:00:00  128     \u2026000000000000beef  pending  operator  0.5         bcrt1q0000000000000000000000000000000000000",
        ], StatusLines.Payouts(new FakeInstance().Payouts("main")));
        Assert.Equal(
            ["nobody has earned anything yet", "", "no coinbase has paid anything yet"], StatusLines.Payouts(new PayoutsAnswer(1, [])));
    }

    [Fact]
    public void Blocks_have_a_time_a_fee_and_the_work_they_took()
    {
        string[] lines = [.. StatusLines.Blocks(new FakeInstance().Blocks("main") with { Unit = "OTE" })];
        Assert.Matches("^HEIGHT +HASH +TIME \\(UTC\\) +STATUS +REWARD OTE +FEE +EFFORT +FINDER$", lines[0]);
        Assert.Matches("^128 +0{8}\\w+ +....-..-.. ..:..:.. +pending +50.00012 +0.5000012 +20 % +garage$", lines[1]);
        Assert.Contains(" orphaned ", lines[4]);
    }

    [Fact]
    public void Stats_count_no_orphan_as_found()
    {
        StatusView status = new FakeInstance().Status();
        status = status with
        {
            Pools =
            [
                status.Pools[0] with
                {
                    Blocks = 1_204,
                    BlocksConfirmed = 1_200,
                    BlocksOrphaned = 3,
                    Luck = 1.0421,
                    Effort = 0.25,
                    Unit = "OTE",
                    Earned = "60200.5",
                    Pending = "200",
                    Paid = "60000",
                    Owed = "0.5",
                    FeeEarned = "602",
                },
            ],
        };
        string[] lines = [.. StatusLines.Pools(status)];
        Assert.Contains("         1204 blocks found (4 immature), 3 orphaned, luck 104.2 %, work since the last 25 % of a block's", lines);
        Assert.Contains("         earned 60,200.5 OTE: 200 immature, 60,000 paid, 0.5 owed; operator 602", lines);
    }

    [Fact]
    public void One_part_needs_no_name_and_several_have_theirs()
    {
        Assert.Contains("pool   stratum+tcp://127.0.0.1:3333, pplns, fee 1.0 %, minimum payout 0.1", StatusLines.All(new FakeInstance().Status()));
        string[] lines = [.. StatusLines.All(new FakeInstance { Several = true }.Status())];
        Assert.Contains("rig    attic: mining, scrypt, 12.4 kH/s, 2417 accepted, 3 rejected", lines);
        Assert.Contains("pool   litecoin: ltc, stratum+tcp://127.0.0.1:3334, pplns, fee 1.0 %, minimum payout 0.1", lines);
        Assert.Contains("node   litecoin: external Litecoin at http://127.0.0.1:9332/: reachable", lines);
    }

    [Fact]
    public void A_card_has_its_name_and_an_idle_worker_says_what_it_waits_for()
    {
        StatusView status = new FakeInstance().Status();
        RigView rig = status.Rigs[0] with
        {
            Workers =
            [
                new WorkerView("cpu0", "avx512", 27_200_000, 1210, "healthy") { Device = "cpu" },
                new WorkerView("gpu0", "group 64", 0, 0, "idle") { Device = "gpu0", Reason = "waiting for the dataset of its card" },
                new WorkerView("cpu1", "avx512", 0, 0, "paused") { Device = "cpu", Reason = "mining is paused" },
            ],
        };
        string[] lines = [.. StatusLines.Rigs(status with { Rigs = [rig] })];
        Assert.Equal("         cpu0                     avx512      27.2 MH/s  healthy", lines[1]);
        Assert.Equal("         gpu0: Card in the window group 64        0 H/s  idle: waiting for the dataset of its card", lines[2]);
        Assert.EndsWith("  paused", lines[3], StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.StartsWith("         gpu1: 91 °C", StringComparison.Ordinal));
    }

    [Fact]
    public void What_had_to_be_escaped_is_as_wide_as_its_column()
    {
        MinersAnswer miners = new FakeInstance().Miners("main");
        string[] lines = [.. StatusLines.Miners(miners with { Miners = [miners.Miners[0] with { Worker = "a\tb" }, miners.Miners[1]] })];
        Assert.Equal(lines[0].IndexOf("ADDRESS", StringComparison.Ordinal), lines[1].IndexOf("bcrt1q", StringComparison.Ordinal));
        Assert.Equal(lines[1].IndexOf("bcrt1q", StringComparison.Ordinal), lines[2].IndexOf("bcrt1q", StringComparison.Ordinal));
    }
}
