using Otedama.Benchmarks;
using Xunit;

namespace Otedama.Tests.Ledgers;

public sealed class CrashTests
{
    [Fact]
    public void What_was_acknowledged_before_a_kill_is_there_after_it()
    {
        using TempFolder directory = new();
        (long acknowledged, long found, int lost) = ShareCrash.Rounds(directory.Path, rounds: 5, seed: 2026);
        Assert.Equal(0, lost);
        Assert.True(acknowledged > 0, "the child acknowledged nothing");
        Assert.True(found >= acknowledged);
    }

    [Fact]
    public void What_was_acknowledged_before_a_power_cut_of_ext4_is_there_after_it()
    {
        using TempFolder directory = new();
        string? missing = SharePowerCut.Missing(directory.Path);
        Assert.SkipWhen(missing is not null, missing ?? "");
        (long acknowledged, _, int lost) = SharePowerCut.Rounds(directory.Path, rounds: 3, seed: 2026);
        Assert.Equal(0, lost);
        Assert.True(acknowledged > 0, "the child acknowledged nothing");
    }
}
