using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Xunit;

namespace Otedama.Tests.Pool;

public sealed class SessionLogTests
{
    private readonly LineLogger _lines = new();

    /// <summary>Whoever opens connections at will must not fill the operator's disk with their ends.</summary>
    [Fact]
    public void Of_many_sessions_ended_in_a_minute_ten_are_named_and_the_rest_counted()
    {
        SessionLog log = new(_lines);
        for (int i = 0; i < 500; i++)
        {
            log.RefusedWork($"user{i}", "26 of your last 100 shares were refused", "Restart the miner.", now: 1);
        }
        Assert.Equal(10, _lines.Lines.Count);
        Assert.Contains("user9", _lines.Lines[9], StringComparison.Ordinal);
        log.TellUnsaid();
        log.TellUnsaid();
        Assert.Equal(["Warning: 490 more connections were closed for refused work or wrong proofs"], _lines.Lines[10..]);
        log.RefusedWork("later", "26 of your last 100 shares were refused", "Restart the miner.", now: 61);
        Assert.Contains("later", _lines.Lines[^1], StringComparison.Ordinal);
    }
}
