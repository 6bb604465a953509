using System.Diagnostics;
using Otedama.Asic;
using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Serial ports of ours over pseudo terminals: real system calls, a model behind them.</summary>
public sealed class SerialLinkTests
{
    private static readonly TimeSpan s_wait = Patience.Limit;

    [Fact]
    public void Bytes_go_both_ways_unchanged()
    {
        EchoDevice echo = new();
        using Pty pty = new(echo);
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        link.Write(all, s_wait);
        Assert.Equal(all.Select(static one => unchecked((byte)(one + 1))), ReadExactly(link, all.Length));
        Assert.Equal(all, echo.Heard);
        Assert.Equal(pty.Path, link.Name);
    }

    [Theory]
    [InlineData(9_600)]
    [InlineData(115_200)]
    [InlineData(115_740)]
    [InlineData(921_600)]
    [InlineData(1_041_667)]
    [InlineData(1_562_500)]
    [InlineData(3_125_000)]
    [InlineData(6_250_000)]
    public void Any_rate_is_set_and_reaches_the_device(int rate)
    {
        EchoDevice echo = new();
        using Pty pty = new(echo);
        using ILink link = pty.OpenLink();
        link.SetRate(rate);
        Assert.Equal(rate, pty.Rate);
        link.Write([1], s_wait);
        Assert.Equal([2], ReadExactly(link, 1));
        Assert.Equal([rate], echo.Rates);
    }

    [Fact]
    public void Another_rate_than_the_device_speaks_garbles()
    {
        EchoDevice echo = new(1_000_000);
        using Pty pty = new(echo);
        using ILink link = pty.OpenLink();
        link.Write([0x0F], s_wait);
        Assert.Equal([0xF0], ReadExactly(link, 1));
        link.Drain(s_wait);
        link.SetRate(1_000_000);
        link.Write([0x0F], s_wait);
        Assert.Equal([0x10], ReadExactly(link, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(12_000_001)]
    public void A_rate_that_nothing_has_is_refused_and_the_old_one_stays(int rate)
    {
        using Pty pty = new(new EchoDevice());
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        LinkException refused = Assert.Throws<LinkException>(() => link.SetRate(rate));
        Assert.Equal(LinkFault.Unsupported, refused.Fault);
        Assert.Contains("12000000", refused.Message, StringComparison.Ordinal);
        Assert.Equal(115_200, pty.Rate);
    }

    [Fact]
    public void Nothing_comes_in_time_is_zero_and_takes_that_time()
    {
        using Pty pty = new(new EchoDevice());
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        long began = Stopwatch.GetTimestamp();
        Assert.Equal(0, link.Read(new byte[8], TimeSpan.FromMilliseconds(30)));
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(29));
        Assert.Equal(0, link.Read(new byte[8], TimeSpan.Zero));
        Assert.Equal(0, link.Read([], s_wait));
    }

    [Fact]
    public void Discarding_forgets_what_has_come()
    {
        EchoDevice echo = new();
        using Pty pty = new(echo);
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        echo.Say([1, 2, 3]);
        Assert.Equal([1], ReadExactly(link, 1));
        pty.Settle();
        link.Discard();
        echo.Say([9]);
        Assert.Equal([9], ReadExactly(link, 1));
    }

    [Fact]
    public void What_came_before_it_was_opened_is_forgotten()
    {
        EchoDevice echo = new();
        using Pty pty = new(echo);
        echo.Say([1, 2, 3]);
        pty.Settle();
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        echo.Say([9]);
        Assert.Equal([9], ReadExactly(link, 1));
    }

    [Fact]
    public void A_pseudo_terminal_has_no_lines_and_no_parity_and_says_so()
    {
        using Pty pty = new(new EchoDevice());
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        Assert.False(link.SetLines(true, false));
        Assert.False(link.SetEvenParity(true));
        Assert.True(link.SetEvenParity(false));
    }

    [Fact]
    public void A_second_one_is_told_that_it_is_in_use_and_the_next_may_have_it()
    {
        using Pty pty = new(new EchoDevice());
        using (SerialLink.Open(pty.Path, 115_200))
        {
            LinkException refused = Assert.Throws<LinkException>(() => SerialLink.Open(pty.Path, 115_200));
            Assert.Equal(LinkFault.Busy, refused.Fault);
            Assert.Contains("is in use", refused.Message, StringComparison.Ordinal);
        }
        using SerialLink next = SerialLink.Open(pty.Path, 115_200);
        Assert.Equal(0, next.Read(new byte[1], TimeSpan.Zero));
    }

    [Fact]
    public void A_foreign_program_that_locks_it_keeps_it_and_is_named()
    {
        using Pty pty = new(new EchoDevice());
        // As esptool and picocom hold a port: flock, here by util-linux.
        using Process holder = Process.Start(new ProcessStartInfo("flock", ["-x", pty.Path, "sh", "-c", "echo held; exec cat"])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", holder.StandardOutput.ReadLine());
        LinkException refused = Assert.Throws<LinkException>(() => SerialLink.Open(pty.Path, 115_200));
        holder.StandardInput.Close();
        holder.WaitForExit();
        Assert.Equal(LinkFault.Busy, refused.Fault);
        Assert.Contains($"(process {holder.Id})", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_such_port_is_said_with_those_there_are()
    {
        LinkException refused = Assert.Throws<LinkException>(() => SerialLink.Open("/dev/ttyUSB4711", 115_200, new PortFinder("/nowhere")));
        Assert.Equal(LinkFault.Missing, refused.Fault);
        Assert.Equal("/dev/ttyUSB4711: there is no such port (No such file or directory). There are no serial ports; check the cable, and `otedama asic list` again.", refused.Message);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/proc/self/status")]
    public void What_is_no_serial_port_is_refused(string path)
    {
        LinkException refused = Assert.Throws<LinkException>(() => SerialLink.Open(path, 115_200));
        Assert.True(refused.Fault is LinkFault.Unsupported or LinkFault.Permission, refused.Message);
    }

    [Fact]
    public void Unplugging_ends_a_read_as_gone()
    {
        using Pty pty = new(new EchoDevice());
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        pty.Dispose();
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)).Fault);
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(() => link.Write(new byte[8], s_wait)).Fault);
    }

    [Fact]
    public async Task Unplugging_ends_a_read_under_way()
    {
        using Pty pty = new(new EchoDevice());
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        Task<LinkException> reading = Task.Run(() => Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)));
        await Task.Delay(20);
        pty.Dispose();
        Assert.Equal(LinkFault.Gone, (await reading).Fault);
    }

    [Fact]
    public async Task Closing_from_another_thread_ends_a_read_under_way()
    {
        using Pty pty = new(new EchoDevice());
        SerialLink link = SerialLink.Open(pty.Path, 115_200);
        Task<LinkException> reading = Task.Run(() => Assert.Throws<LinkException>(() => link.Read(new byte[8], s_wait)));
        await Task.Delay(20);
        long began = Stopwatch.GetTimestamp();
        link.Dispose();
        link.Dispose();
        Assert.Equal(LinkFault.Gone, (await reading).Fault);
        Assert.True(Stopwatch.GetElapsedTime(began) < s_wait / 2);
        Assert.Equal(LinkFault.Gone, Assert.Throws<LinkException>(link.Discard).Fault);
        using SerialLink next = SerialLink.Open(pty.Path, 115_200);
        Assert.Equal(0, next.Read(new byte[1], TimeSpan.Zero));
    }

    [Fact]
    public void A_device_that_takes_nothing_ends_a_write_in_time()
    {
        DeafDevice deaf = new();
        using Pty pty = new(deaf);
        using SerialLink link = SerialLink.Open(pty.Path, 115_200);
        deaf.Deaf.Reset();
        LinkException late = Assert.Throws<LinkException>(() => link.Write(new byte[1 << 20], TimeSpan.FromMilliseconds(50)));
        deaf.Deaf.Set();
        Assert.Equal(LinkFault.Timeout, late.Fault);
        Assert.Contains("of 1048576 bytes", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mebibyte_arrives_whole()
    {
        EchoDevice echo = new();
        using Pty pty = new(echo);
        using SerialLink link = SerialLink.Open(pty.Path, 921_600);
        byte[] all = new byte[1 << 20];
        new Random(11).NextBytes(all);
        byte[] back = new byte[all.Length];
        int sent = 0;
        int got = 0;
        while (got < all.Length)
        {
            if (sent < all.Length && sent - got < 2048)
            {
                int some = Math.Min(1024, all.Length - sent);
                link.Write(all.AsSpan(sent, some), s_wait);
                sent += some;
            }
            got += link.Read(back.AsSpan(got), sent < all.Length ? TimeSpan.FromMilliseconds(1) : s_wait);
        }
        Assert.True(all.Zip(back).All(static pair => pair.Second == unchecked((byte)(pair.First + 1))));
    }

    [Fact]
    public void Failures_of_the_native_layer_have_names()
    {
        Assert.Equal(PortFault.Missing, Assert.Throws<PortException>(() => SerialPort.Open("/dev/nothing", 9600)).Fault);
        Assert.Equal(PortFault.Unsupported, Assert.Throws<PortException>(() => SerialPort.Open("", 9600)).Fault);
        Assert.Equal(PortFault.Unsupported, Assert.Throws<PortException>(() => SerialPort.Open(new string('x', 300), 9600)).Fault);
        Assert.Equal(PortFault.Unsupported, Assert.Throws<PortException>(() => SerialPort.Open("/dev/null\0x", 9600)).Fault);
    }

    internal static byte[] ReadExactly(ILink link, int count)
    {
        byte[] all = new byte[count];
        for (int got = 0; got < count;)
        {
            int some = link.Read(all.AsSpan(got), s_wait);
            Assert.True(some > 0, $"only {got} of {count} bytes came");
            got += some;
        }
        return all;
    }

    private sealed class DeafDevice : ISimulatedDevice
    {
        public ManualResetEventSlim Deaf { get; } = new(true);

        public void Receive(ReadOnlySpan<byte> bytes, int rate)
        {
        }

        public int Take(Span<byte> into, int rate)
        {
            Deaf.Wait();
            return 0;
        }
    }
}
