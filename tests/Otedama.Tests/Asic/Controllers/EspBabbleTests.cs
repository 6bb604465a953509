using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Peers that talk without end and say nothing: bounded in bytes and in time, in words.</summary>
public sealed class EspBabbleTests
{
    /// <summary>Frames that answer something else, a tenth of a second apart: each would be waited for anew.</summary>
    [Fact]
    public void Replies_to_nothing_do_not_lengthen_the_wait()
    {
        Babbler babbler = new(pace: TimeSpan.FromSeconds(0.09));
        using EspLoader loader = babbler.Loader(out EspClock clock);
        DateTimeOffset began = clock.GetUtcNow();
        Assert.Contains("no loader of an ESP chip answers", Assert.Throws<EspException>(loader.Connect).Message, StringComparison.Ordinal);
        Assert.InRange(clock.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Bytes_without_end_are_too_many()
    {
        Babbler babbler = new(pace: TimeSpan.Zero);
        using EspLoader loader = babbler.Loader(out _);
        Assert.Contains("bytes came and no reply among them", Assert.Throws<EspException>(loader.Connect).Message, StringComparison.Ordinal);
        Assert.InRange(babbler.Sent, EspPort.BabbleMax, 16L << 20);
    }

    /// <summary>It answers everything, late: no request is lost, and the look ends all the same.</summary>
    [Fact]
    public async Task A_look_has_an_end_even_when_every_reply_comes_late()
    {
        using EspBench bench = new(EspFirmware.Installed("v1.5.0"));
        using EspLoader loader = new(new EspPort(() => new Late(bench.Cable.Open(), bench.Clock), bench.Clock, static _ => { }));
        using EspSerialTarget target = new(loader);
        DateTimeOffset began = bench.Clock.GetUtcNow();
        EspException refused = await Assert.ThrowsAsync<EspException>(async () => await target.ReadAsync(default));
        Assert.Contains("did not come to an end with what it was asked in 15 min", refused.Message, StringComparison.Ordinal);
        Assert.InRange(bench.Clock.GetUtcNow() - began, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(16));
    }

    private sealed class Babbler(TimeSpan pace) : ISimulatedDevice
    {
        private EspClock? _clock;

        public long Sent { get; private set; }

        public EspLoader Loader(out EspClock clock)
        {
            EspClock now = new();
            _clock = now;
            clock = now;
            EspCable cable = new(this, now) { HasLines = false };
            return new EspLoader(new EspPort(() => new Undiscarding(cable.Open()), now, now.Advance));
        }

        public void Receive(ReadOnlySpan<byte> bytes, int rate)
        {
        }

        public int Take(Span<byte> into, int rate)
        {
            if (pace == TimeSpan.Zero)
            {
                into.Fill((byte)'x');
                Sent += into.Length;
                return into.Length;
            }
            _clock!.Advance(pace);
            ReadOnlySpan<byte> stray = [0xC0, 1, 0x0B, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC0];
            int count = Math.Min(stray.Length, into.Length);
            stray[..count].CopyTo(into);
            Sent += count;
            return count;
        }
    }

    /// <summary>What is thrown away has an end in the links themselves.</summary>
    private sealed class Undiscarding(ILink link) : ILink
    {
        public string Name => link.Name;

        public int Read(Span<byte> into, TimeSpan wait) => link.Read(into, wait);

        public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait) => link.Write(bytes, wait);

        public void Drain(TimeSpan wait) => link.Drain(wait);

        public void Discard()
        {
        }

        public void SetRate(int bitsPerSecond) => link.SetRate(bitsPerSecond);

        public bool SetLines(bool dataTerminalReady, bool requestToSend) => link.SetLines(dataTerminalReady, requestToSend);

        public void Dispose() => link.Dispose();
    }

    /// <summary>Half a second for each reply, which no request finds too long.</summary>
    private sealed class Late(ILink link, EspClock clock) : ILink
    {
        public string Name => link.Name;

        public int Read(Span<byte> into, TimeSpan wait)
        {
            clock.Advance(wait > TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(0.5) : TimeSpan.Zero);
            return link.Read(into, wait);
        }

        public void Write(ReadOnlySpan<byte> bytes, TimeSpan wait) => link.Write(bytes, wait);

        public void Drain(TimeSpan wait) => link.Drain(wait);

        public void Discard() => link.Discard();

        public void SetRate(int bitsPerSecond) => link.SetRate(bitsPerSecond);

        public bool SetLines(bool dataTerminalReady, bool requestToSend) => link.SetLines(dataTerminalReady, requestToSend);

        public void Dispose() => link.Dispose();
    }
}
