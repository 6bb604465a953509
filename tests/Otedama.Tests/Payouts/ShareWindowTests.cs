using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Payouts;

public sealed class ShareWindowTests
{
    [Fact]
    public void The_newest_shares_count_and_the_oldest_of_them_is_clipped()
    {
        var window = new ShareWindow(1_024);
        window.Add(1, 10);
        window.Add(2, 20);
        window.Add(1, 5);
        Assert.Equal([(1, 5UL), (2, 7UL)], Of(window, 12));
        Assert.Equal([(1, 5UL), (2, 20UL)], Of(window, 25));
        Assert.Equal([(1, 15UL), (2, 20UL)], Of(window, 1_000));
        Assert.Equal([(1, 3UL)], Of(window, 3));
    }

    [Fact]
    public void Equals_the_walk_back_over_all_shares_whatever_the_windows_between() =>
        Gen.Select(Gen.Select(Gen.Int[0, 9], Gen.ULong[1, 1_000]).Array[1, 3_000], Gen.ULong[1, 100_000].Array[1, 20])
            .Sample((shares, windows) =>
            {
                var window = new ShareWindow(1_024);
                int step = Math.Max(1, shares.Length / windows.Length);
                for (int i = 0; i < shares.Length; i++)
                {
                    window.Add(shares[i].Item1, shares[i].Item2);
                    if (i % step == step - 1)
                    {
                        ulong size = windows[i / step % windows.Length];
                        Assert.Equal(WalkBack(shares.AsSpan(0, i + 1), size), Of(window, size));
                    }
                }
            }, iter: 50);

    private static List<(int, ulong)> Of(ShareWindow window, ulong size)
    {
        var works = new List<(int, ulong)>();
        window.Visit(size, (payee, work) => works.Add((payee, (ulong)work)));
        return works;
    }

    private static List<(int, ulong)> WalkBack(ReadOnlySpan<(int, ulong)> shares, ulong size)
    {
        var works = new SortedDictionary<int, ulong>();
        ulong left = size;
        for (int i = shares.Length - 1; i >= Math.Max(0, shares.Length - 1_024) && left > 0; i--)
        {
            ulong counted = Math.Min(left, shares[i].Item2);
            works[shares[i].Item1] = works.GetValueOrDefault(shares[i].Item1) + counted;
            left -= counted;
        }
        return [.. works.Select(pair => (pair.Key, pair.Value))];
    }
}
