using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The bench itself: the link in this process behaves as the others do.</summary>
public sealed class ModelLinkTests
{
    [Fact]
    public void Bytes_rates_and_lines_reach_the_model()
    {
        EchoDevice echo = new(1_000_000);
        using ModelLink link = new(echo);
        link.Write([1], TimeSpan.Zero);
        Assert.Equal([0xFE], SerialLinkTests.ReadExactly(link, 1));
        link.SetRate(1_000_000);
        link.Write([1, 2], TimeSpan.Zero);
        Assert.Equal([2, 3], SerialLinkTests.ReadExactly(link, 2));
        Assert.True(link.SetLines(true, false));
        Assert.Equal([(true, false)], echo.Lines);
        echo.Say([7]);
        link.Discard();
        Assert.Equal(0, link.Read(new byte[1], TimeSpan.FromHours(1)));
        using ModelLink without = new(echo) { HasLines = false };
        Assert.False(without.SetLines(true, true));
    }

    [Fact]
    public void A_wait_moves_the_clock_until_the_model_speaks()
    {
        HeldClock time = new();
        EchoDevice echo = new();
        DateTimeOffset speaks = time.GetUtcNow().AddSeconds(3);
        using ModelLink link = new(echo, by =>
        {
            time.Advance(by);
            if (time.GetUtcNow() >= speaks)
            {
                echo.Say([5]);
                speaks = DateTimeOffset.MaxValue;
            }
        });
        DateTimeOffset began = time.GetUtcNow();
        Assert.Equal(0, link.Read(new byte[1], TimeSpan.FromSeconds(2)));
        Assert.Equal(2, (time.GetUtcNow() - began).TotalSeconds, 3);
        Assert.Equal(1, link.Read(new byte[1], TimeSpan.FromSeconds(10)));
        Assert.Equal(3, (time.GetUtcNow() - began).TotalSeconds, 3);
    }

    [Fact]
    public void A_closed_link_is_gone()
    {
        ModelLink link = new(new EchoDevice());
        link.Dispose();
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Read(new byte[1], TimeSpan.Zero)).Fault);
    }
}
