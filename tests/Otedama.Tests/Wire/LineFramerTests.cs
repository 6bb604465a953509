using System.Text;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class LineFramerTests
{
    [Fact]
    public void Any_split_gives_the_same_lines()
    {
        byte[] stream = Encoding.ASCII.GetBytes("one\ntwo\r\n\n\r\nthree is longer\nfour\n");
        for (int size = 1; size <= stream.Length; size++)
        {
            LineFramer framer = new();
            List<string> lines = [];
            for (int at = 0; at < stream.Length; at += size)
            {
                Read(framer, stream.AsSpan(at, Math.Min(size, stream.Length - at)), lines);
            }
            Assert.Equal(["one", "two", "three is longer", "four"], lines);
            Assert.Equal(0, framer.TailLength);
        }
    }

    [Fact]
    public void The_longest_line_passes_and_one_byte_more_does_not()
    {
        byte[] longest = [.. Enumerable.Repeat((byte)'x', LineFramer.MinerLineBytesMax), (byte)'\r', (byte)'\n'];
        List<string> lines = [];
        Assert.Equal(LineStatus.NeedMore, Read(new LineFramer(), longest, lines));
        Assert.Equal(LineFramer.MinerLineBytesMax, Assert.Single(lines).Length);
        byte[] tooLong = [.. Enumerable.Repeat((byte)'x', LineFramer.MinerLineBytesMax + 1), (byte)'\n'];
        Assert.Equal(LineStatus.TooLong, Read(new LineFramer(), tooLong, lines));
        LineFramer endless = new();
        Assert.Equal(LineStatus.NeedMore, Read(endless, tooLong.AsSpan(0, 20_000), lines));
        Assert.Equal(LineStatus.TooLong, Read(endless, tooLong.AsSpan(0, 20_000), lines));
    }

    [Fact]
    public void A_tail_without_line_end_is_taken_only_when_complete()
    {
        LineFramer framer = new();
        List<string> lines = [];
        Read(framer, "{\"id\":1"u8, lines);
        Assert.False(framer.TryTakeIdle(out _));
        Read(framer, ",\"method\":\"x\"}"u8, lines);
        Assert.True(framer.TryTakeIdle(out ReadOnlySpan<byte> line));
        Assert.Equal("{\"id\":1,\"method\":\"x\"}", Encoding.ASCII.GetString(line));
        Read(framer, "\nnext\n"u8, lines);
        Assert.Equal(["next"], lines);
    }

    private static LineStatus Read(LineFramer framer, ReadOnlySpan<byte> bytes, List<string> lines)
    {
        while (true)
        {
            LineStatus status = framer.Next(ref bytes, out ReadOnlySpan<byte> line);
            if (status != LineStatus.Line)
            {
                return status;
            }
            lines.Add(Encoding.ASCII.GetString(line));
        }
    }
}
