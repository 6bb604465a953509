using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class Stm32ClientTests
{
    private static readonly byte[] s_image = [.. Enumerable.Range(0, 3001).Select(static index => (byte)(index % 249))];

    [Fact]
    public void The_loader_says_what_it_is()
    {
        Bench bench = new();
        Stm32Loader loader = bench.Client.Connect(115_200);
        Assert.Equal((0x22, 0x410), (loader.Version, loader.ChipId));
        Assert.Equal("STM32F10x medium density", loader.Chip?.Name);
        Assert.True(bench.Client.HasParity && bench.Link.EvenParity);
        Assert.Equal([0x7F, 0x00, 0xFF, 0x02, 0xFD], bench.Link.Sent);
    }

    [Fact]
    public void A_peer_that_talks_without_end_is_given_up()
    {
        EagerClock clock = new();
        Assert.False(new Stm32Client(new LoaderLink(new Babbler(), clock)).Recover());
    }

    private sealed class Babbler : ISimulatedDevice
    {
        private int _left = 1_000_000; // so that a client without a bound ends too, and differently

        public void Receive(ReadOnlySpan<byte> bytes, int rate)
        {
        }

        public int Take(Span<byte> into, int rate)
        {
            into.Fill(0x1F);
            _left -= into.Length;
            return _left > 0 ? into.Length : throw new InvalidOperationException("a million bytes were read");
        }
    }

    [Fact]
    public void A_link_without_parity_goes_on_and_says_so()
    {
        Bench bench = new(parity: false);
        bench.Client.Connect(115_200);
        Assert.False(bench.Client.HasParity);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_reads_back(bool oldErase)
    {
        Bench bench = new(oldErase);
        Write(bench.Client);
        Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
        Assert.Equal([0, 1, 2], bench.Device.Erased);
        byte[] back = new byte[s_image.Length];
        bench.Client.Read(SimulatedStm32.Base, back);
        Assert.Equal(s_image, back);
        bench.Client.Start(SimulatedStm32.Base);
        Assert.Equal(SimulatedStm32.Base, bench.Device.StartedAt);
        Assert.Equal(0, bench.Device.Protections);
    }

    [Fact]
    public void Nobody_there_is_said_in_bounded_time()
    {
        Bench bench = new();
        bench.Device.CutAfter = 0;
        Stm32Exception refused = Assert.Throws<Stm32Exception>(() => bench.Client.Connect(115_200));
        Assert.Contains("nothing came, 5 tries", refused.Message, StringComparison.Ordinal);
        Assert.Equal([0x7F, 0x7F, 0x7F, 0x7F, 0x7F], bench.Link.Sent);
    }

    [Fact]
    public void A_loader_that_was_talked_to_before_is_met_in_step()
    {
        Bench bench = new();
        bench.Client.Connect(115_200);
        Assert.Equal(0x410, new Stm32Client(bench.Link).Connect(115_200).ChipId);
    }

    /// <summary>A no and a lost answer at every answer: a sentence, and after it the loader can be talked to again and takes the image.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void After_a_fault_at_any_answer_the_next_attempt_brings_it_in(bool lost, bool oldErase)
    {
        int answers = 0;
        Bench whole = new(oldErase);
        whole.Device.Fault = at =>
        {
            answers = at + 1;
            return true;
        };
        Write(whole.Client);
        for (int at = 1; at < answers; at++)
        {
            Bench bench = new(oldErase);
            bench.Device.Fault = index => index == at ? lost ? false : null : true;
            Stm32Exception refused = Assert.Throws<Stm32Exception>(() => Write(bench.Client));
            Assert.Contains(lost ? "the loader" : "1F (no)", refused.Message, StringComparison.Ordinal);
            Assert.True(bench.Client.Recover(), $"not in step again after answer {at}");
            Write(bench.Client);
            Assert.Equal(s_image, bench.Device.Flash[..s_image.Length]);
            Assert.Equal(0, bench.Device.MassErases + bench.Device.Protections);
        }
    }

    [Fact]
    public void Pages_are_numbered_as_the_families_count_them()
    {
        Assert.Equal(5, Stm32Chip.Find(0x413)!.PageAt(0x0802_0000));
        Assert.Equal(4, Stm32Chip.Find(0x413)!.PageAt(0x0801_0000));
        Assert.Equal(127, Stm32Chip.Find(0x410)!.PageAt(0x0801_FFFF));
        Assert.Null(Stm32Chip.Find(0x999));
        Assert.Equal(Stm32Chip.All.Count, Stm32Chip.All.Select(static chip => chip.Id).Distinct().Count());
    }

    private static void Write(Stm32Client client)
    {
        Stm32Chip chip = client.Connect(115_200).Chip!;
        MemoryPiece[] pieces = [new(SimulatedStm32.Base, s_image)];
        client.ErasePages([.. chip.Map.Touched(pieces).Select(chip.PageAt)]);
        foreach (MemoryPiece block in MemoryPiece.FirstLast(pieces, Stm32Client.BlockMax))
        {
            client.Write(block.Address, block.Data.Span);
        }
        byte[] back = new byte[600];
        client.Read(SimulatedStm32.Base, back);
        Assert.Equal(s_image[..600], back);
    }

    private sealed class Bench
    {
        public Bench(bool oldErase = false, bool parity = true)
        {
            Device = oldErase ? new(128, 1024) { Commands = [0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x43] } : new(128, 1024);
            Link = new(Device, new(), parity);
            Client = new(Link);
        }

        public SimulatedStm32 Device { get; }

        public LoaderLink Link { get; }

        public Stm32Client Client { get; }
    }
}
