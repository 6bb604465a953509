using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Chain;
using Xunit;

namespace Otedama.Tests.ChainNet;

public sealed class ShareDelaysTests
{
    [Fact]
    public void Shares_that_others_push_are_counted_by_their_age()
    {
        ChainShare share = ExampleShare.Share;
        HeldClock time = new(DateTimeOffset.FromUnixTimeMilliseconds((long)share.Core.TimeMs - 500));
        ShareDelays delays = new(time);
        delays.OnTaken(share, ShareOrigin.Own);
        delays.OnTaken(share, new ShareOrigin(3, IsAskedFor: true));
        Assert.Equal(0, delays.Totals.Buckets.Sum(static bucket => bucket.Count));
        foreach (double seconds in (double[])[0, 0.75, 1, 100]) // its clock is ahead by half a second at first
        {
            time.Advance(seconds);
            delays.OnTaken(share, new ShareOrigin(3, IsAskedFor: false));
        }
        Assert.Equal([(0.05, 1L), (0.4, 1), (1.6, 1), (double.PositiveInfinity, 1)],
            delays.Totals.Buckets.Where(static bucket => bucket.Count > 0));
        Assert.Equal(0.25 + 1.25 + 101.25, delays.Totals.SumSeconds, 6);
    }
}
