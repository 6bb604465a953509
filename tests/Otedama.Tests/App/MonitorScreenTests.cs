using Xunit;

namespace Otedama.Tests.App;

/// <summary>The live view as lines: whatever the terminal, nothing is wider or longer than it.</summary>
public sealed class MonitorScreenTests
{
    [Theory]
    [InlineData(20, 5)]
    [InlineData(40, 24)]
    [InlineData(80, 24)]
    [InlineData(139, 10)]
    [InlineData(200, 60)]
    public void Every_line_is_as_wide_as_the_terminal_at_most_and_all_its_rows_are_used(int width, int height)
    {
        foreach (MonitorPanel panel in Enum.GetValues<MonitorPanel>())
        {
            foreach (bool help in (bool[])[false, true])
            {
                IReadOnlyList<ScreenLine> lines = Compose(new FakeInstance { Problem = "pool.example refused the login, and said so in a long sentence" }, width, height, panel, help);
                Assert.Equal(height, lines.Count);
                Assert.All(lines, line => Assert.InRange(line.Width, 0, width));
            }
        }
    }

    [Fact]
    public void A_narrow_terminal_shows_what_matters_most_first()
    {
        string text = Text(Compose(new FakeInstance(), 40, 24));
        Assert.Contains("54.3 MH/s", text);
        Assert.Contains("cpu0", text);
        Assert.Contains("3,228", text);
        Assert.DoesNotContain("avx512", text); // the kind of a worker is what one can do without
    }

    [Fact]
    public void A_wide_terminal_shows_all_panels_side_by_side()
    {
        string text = Text(Compose(new FakeInstance(), 200, 40));
        Assert.Contains("avx512", text);
        Assert.Contains("9 × stale", text);
        Assert.Contains("backup.pool-with-a-long-name.example", text);
        Assert.Contains("0.18 ms / 2.40 ms", text);
        Assert.Contains("garage", text);
    }

    [Fact]
    public void Several_rigs_and_pools_are_told_apart_by_name()
    {
        string text = Text(Compose(new FakeInstance { Several = true }, 200, 60));
        Assert.Contains("mining sha256d + scrypt", text);
        Assert.Contains("Hash rates of attic, scrypt", text);
        Assert.Contains("Miners of litecoin, 1 connected", text);
        Assert.Contains("litecoin: miners connect to stratum+tcp://127.0.0.1:3334", text);
        Assert.Contains("3,319", text); // accepted by both
    }

    [Fact]
    public void A_strangers_name_cannot_steer_the_terminal()
    {
        MinersAnswer miners = new(1, [new MinerView
        {
            Address = "a", Worker = "\u001b[2Jrig\u202e", Agent = "x\ny", Connections = 1, Difficulty = 1, HashrateHs = 1, Accepted = 1, Rejected = 0, ConnectedAt = 0,
        }]);
        MonitorState state = new(new FakeInstance().Status(), [miners], null, MonitorPanel.Rates, false);
        string text = Text(MonitorScreen.Compose(state, 100, 40));
        Assert.Contains("\\x1b[2Jrig\\u202e", text);
        Assert.DoesNotContain("\u001b[2J", text);
        Assert.DoesNotContain('\u202e', text);
    }

    [Fact]
    public void Without_colour_no_colour_is_sent()
    {
        IReadOnlyList<ScreenLine> lines = Compose(new FakeInstance { Problem = "x" }, 100, 40, MonitorPanel.Connection);
        Assert.Contains("\u001b[31m", string.Concat(lines.Select(static l => l.Render(true))));
        Assert.DoesNotContain("\u001b[3", string.Concat(lines.Select(static l => l.Render(false))));
    }

    [Fact]
    public void Wide_characters_count_twice_and_are_never_cut_in_half()
    {
        Assert.Equal(6, ScreenLine.WidthOf("採掘中"));
        Assert.Equal("採… ", ScreenLine.Fit("採掘中", 4));
        Assert.Equal("  採", ScreenLine.Fit("採", 4, right: true));
    }

    [Fact]
    public void Keys_choose_the_first_panel_and_show_the_help()
    {
        MonitorState state = new(new FakeInstance().Status(), [], null, MonitorPanel.Rates, false);
        Assert.Equal(MonitorPanel.Shares, MonitorView.Press(state, 's').Panel);
        Assert.Equal(MonitorPanel.Connection, MonitorView.Press(state, 'C').Panel);
        Assert.Equal(MonitorPanel.Rates, MonitorView.Press(MonitorView.Press(state, 's'), 'h').Panel);
        Assert.True(MonitorView.Press(state, '?').Help);
        Assert.Same(state, MonitorView.Press(state, 'x'));
        Assert.Contains("pause mining", Text(MonitorScreen.Compose(MonitorView.Press(state, '?'), 80, 24)));
    }

    private static IReadOnlyList<ScreenLine> Compose(
        FakeInstance instance, int width, int height, MonitorPanel panel = MonitorPanel.Rates, bool help = false) =>
        MonitorScreen.Compose(new MonitorState(instance.Status(), [.. instance.PoolNames.Select(instance.Miners)], null, panel, help), width, height);

    private static string Text(IEnumerable<ScreenLine> lines) => string.Join('\n', lines.Select(static l => l.Render(false)));
}
