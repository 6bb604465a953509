using System.Globalization;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Dht;

/// <summary>The public ways into the DHT are data with a date, and the program reads their names.</summary>
public sealed class RouterFileTests
{
    [Fact]
    public void Every_router_has_a_day_what_was_seen_then_and_a_source()
    {
        string[] lines = [.. Repository.Read("managed/Otedama.Pool/Discovery/routers.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] != '#')];
        Assert.InRange(lines.Length, 4, 16);
        Assert.All(lines, static line =>
        {
            string[] words = line.Split(' ');
            Assert.True(DateOnly.TryParseExact(words[1], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), line);
            Assert.True(words[2] is "answers" or "silent", line);
            Assert.Matches("^[A-Za-z0-9-]+/[A-Za-z0-9-]+#[0-9]+$", words[^1]);
        });
        Assert.Equal(lines.Select(static line => line.Split(' ')[0]), DhtRouters.Read());
    }
}
