using CsCheck;
using Otedama.Core;
using Xunit;

namespace Otedama.Tests.Payouts;

public sealed class WorkWindowTests
{
    [Fact]
    public void The_newest_work_counts_and_the_oldest_slice_of_it_is_clipped()
    {
        WorkWindow window = new();
        window.Add(1, 10);
        window.Add(2, 20);
        window.Add(1, 5);
        Assert.Equal([(1, 5), (2, 7)], Of(window, 12));
        Assert.Equal([(1, 5), (2, 20)], Of(window, 25));
        Assert.Equal([(1, 15), (2, 20)], Of(window, 1_000));
        Assert.Equal([(1, 3)], Of(window, 3));
        Assert.Empty(Of(window, 0));
    }

    [Fact]
    public void No_number_of_shares_flushes_the_window()
    {
        WorkWindow window = new();
        window.SetWindow(1_000_000_000);
        window.Add(1, 900_000_000); // an honest rig, then ten million shares of one hash each
        for (int i = 0; i < 10_000_000; i++)
        {
            window.Add(2 + (i % 50), 1);
        }
        List<(int, UInt128)> works = Of(window, 1_000_000_000);
        Assert.Equal<(int, UInt128)>((1, 900_000_000), works[0]);
        Assert.All(works.Skip(1), static work => Assert.Equal((UInt128)200_000, work.Item2));
        Assert.Equal(51, works.Count);
    }

    [Fact]
    public void A_slice_within_the_window_is_no_larger_than_a_1024th_of_it_and_one_share() =>
        Gen.Select(Gen.Int[0, 9], Gen.ULong[1, 50]).Array[2_000, 4_000].Sample(shares =>
        {
            const ulong Size = 20_480; // slices of 20
            WorkWindow window = new();
            window.SetWindow(Size);
            foreach ((int payee, ulong work) in shares)
            {
                window.Add(payee, work);
            }
            Dictionary<int, UInt128> exact = WalkBack(shares, Size);
            List<(int Payee, UInt128 Work)> works = Of(window, Size);
            Assert.Equal((UInt128)Size, Sum(works));
            Assert.All(works, work => Assert.InRange(
                (double)work.Work - (double)exact.GetValueOrDefault(work.Payee), -70, 70));
        }, iter: 30);

    /// <summary>Few slices and entries, so that everything is merged; the windows go up and down.</summary>
    [Fact]
    public void Merging_loses_no_work_and_a_window_always_gives_out_exactly_itself() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, 40], Gen.ULong[1, 1_000]).Array[1, 3_000],
            Gen.ULong[1, 200_000].Array[1, 20]).Sample((shares, windows) =>
        {
            WorkWindow window = new(slicesMax: 32, entriesMin: 256);
            UInt128 all = UInt128.Zero;
            UInt128 largest = windows.Max();
            window.SetWindow(largest);
            int step = Math.Max(1, shares.Length / windows.Length);
            for (int i = 0; i < shares.Length; i++)
            {
                window.Add(shares[i].Item1, shares[i].Item2);
                all += shares[i].Item2;
                if (i % step == step - 1)
                {
                    UInt128 size = windows[i / step % windows.Length];
                    window.SetWindow(size);
                    Assert.Equal(UInt128.Min(size, all), Sum(Of(window, size)));
                    Assert.Equal(UInt128.Min(largest * 4, all), Sum(Of(window, largest * 4)));
                    Assert.InRange(window.Size.Slices, 0, 32);
                    Assert.InRange(window.Size.Entries, 0, Math.Max(256, 16 * 41));
                }
            }
        }, iter: 60);

    [Fact]
    public void A_moment_of_tiny_difficulty_wipes_nobody_out()
    {
        WorkWindow window = new();
        window.SetWindow(1_000_000);
        window.Add(1, 900_000);
        window.SetWindow(2);
        for (int i = 0; i < 50_000; i++)
        {
            window.Add(2, 1);
        }
        window.SetWindow(1_000_000);
        Assert.Equal([(1, 900_000), (2, 50_000)], Of(window, 1_000_000));
    }

    [Fact]
    public void Work_beyond_four_windows_is_forgotten()
    {
        WorkWindow window = new();
        window.SetWindow(100);
        window.Add(1, 50);
        for (int i = 0; i < 500; i++)
        {
            window.Add(2, 1);
        }
        Assert.Equal([(2, 400)], Of(window, 10_000));
    }

    [Fact]
    public void Many_payees_with_many_shares_stay_within_the_entries()
    {
        WorkWindow window = new(slicesMax: 8_192, entriesMin: 4_096);
        window.SetWindow(1_000_000);
        for (int i = 0; i < 3_000_000; i++)
        {
            window.Add((int)(i * 7919L % 1_000), 1);
        }
        Assert.InRange(window.Size.Entries, 1, 16_000);
        List<(int Payee, UInt128 Work)> works = Of(window, 1_000_000);
        Assert.Equal(1_000, works.Count);
        Assert.Equal((UInt128)1_000_000, Sum(works));
        Assert.All(works, work => Assert.InRange((int)work.Work, 990, 1_010)); // everybody did the same
    }

    [Fact]
    public void What_is_saved_goes_on_as_if_it_had_never_stopped() =>
        Gen.Select(Gen.Select(Gen.Int[0, 40], Gen.ULong[0, 1_000], Gen.Int[0, 99]).Array[2, 2_000], Gen.Int[0, 1_999]).Sample(
            (steps, at) =>
            {
                WorkWindow window = new();
                WorkWindow? loaded = null;
                for (int i = 0; i < steps.Length; i++)
                {
                    if (i == at % steps.Length)
                    {
                        loaded = Load(Save(window));
                    }
                    Step(window, steps[i]);
                    if (loaded is not null)
                    {
                        Step(loaded, steps[i]);
                    }
                }
                Assert.Equal(Save(window), Save(loaded!));
                Assert.Equal(Of(window, 5_000), Of(loaded!, 5_000));
                Assert.Equal(Of(window, 500), Of(loaded!, 500));
            }, iter: 60);

    [Fact]
    public void Damaged_bytes_are_refused_and_never_believed_to_be_large()
    {
        WorkWindow window = new();
        window.Add(3, 5);
        byte[] bytes = Save(window);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<EndOfStreamException>(() => Load(bytes[..length]));
        }
        Assert.Throws<FormatException>(() => Load([.. bytes[..32], 0xff, 0xff, 0xff, 0x7f, .. bytes[33..]])); // payees
        Assert.Throws<FormatException>(() => Load([.. bytes[..37], 0xff, 0x7f, .. bytes[38..]])); // slices
    }

    /// <summary>
    /// A log that was written by an earlier version is folded by this one: what is remembered, merged and answered is frozen. The
    /// kinds: every share a slice; small limits, so that all is merged; the limits of a pool.
    /// </summary>
    [Theory]
    [InlineData(1, 8_192, 1 << 22, 900, "e3249ebc85ebe9603b7f2206c719887f")]
    [InlineData(2, 32, 256, 200_000, "d77dcc9e56d8ea931401643fa060c512")]
    [InlineData(3, 64, 4_096, 5_000, "d5fecc255f843cfeb8ff0be5c18ab69c")]
    [InlineData(4, 8_192, 1 << 22, 3_000_000, "e892ff6774c50d84c7a441f28b379c27")]
    public void The_same_shares_give_the_same_bytes_and_answers_as_ever(int seed, int slicesMax, int entriesMin, int windowMost, string digest)
    {
        WorkWindow window = new(slicesMax, entriesMin);
        using MemoryStream seen = new();
        using BinaryWriter writer = new(seen);
        ulong state = (ulong)seed;
        for (int i = 0; i < 60_000; i++)
        {
            state = unchecked((state * 6364136223846793005UL) + 1442695040888963407UL);
            int random = (int)(state >> 33);
            if (random % 5_000 == 1)
            {
                window.SetWindow((UInt128)(1 + (random % windowMost)));
            }
            window.Add(random % 97 * (random % 11), (ulong)(random % 997));
            if (random % 6_000 == 2)
            {
                window.Save(writer);
                window.Visit((UInt128)(random % windowMost), (payee, work) => writer.Write($"{payee} {work}"));
            }
            if (random % 20_000 == 3 && slicesMax == 8_192)
            {
                window = Load(Save(window));
            }
        }
        window.Save(writer);
        Assert.Equal(digest, Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(seen.GetBuffer().AsSpan(0, (int)seen.Length))));
    }

    private static void Step(WorkWindow window, (int Payee, ulong Work, int Kind) step)
    {
        if (step.Kind == 0)
        {
            window.SetWindow(step.Work * 10);
            return;
        }
        window.Add(step.Payee, step.Work);
        if (step.Kind < 10)
        {
            Of(window, step.Work * 20); // asking changes nothing
        }
    }

    private static byte[] Save(WorkWindow window)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        window.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static WorkWindow Load(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        return WorkWindow.Load(reader);
    }

    private static UInt128 Sum(List<(int Payee, UInt128 Work)> works) =>
        works.Aggregate(UInt128.Zero, static (sum, work) => sum + work.Work);

    private static List<(int Payee, UInt128 Work)> Of(WorkWindow window, UInt128 size)
    {
        List<(int, UInt128)> works = new();
        window.Visit(size, (payee, work) => works.Add((payee, work)));
        return works;
    }

    private static Dictionary<int, UInt128> WalkBack((int, ulong)[] shares, ulong size)
    {
        Dictionary<int, UInt128> works = new();
        ulong left = size;
        for (int i = shares.Length - 1; i >= 0 && left > 0; i--)
        {
            ulong counted = Math.Min(left, shares[i].Item2);
            works[shares[i].Item1] = works.GetValueOrDefault(shares[i].Item1) + counted;
            left -= counted;
        }
        return works;
    }
}
