using System.Text;
using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

public sealed class BapLineTests
{
    [Fact]
    public void Lines_are_the_vectors_both_ways()
    {
        int count = 0;
        foreach (JsonElement vector in BoardVectors.Of("bap").EnumerateArray())
        {
            string line = vector.GetProperty("line").GetString()!;
            string[] fields = vector.GetProperty("body").GetString()!.Split(',');
            Assert.True(BapLine.TryParse(Encoding.ASCII.GetBytes(line), out BapLine? parsed, out string problem), problem);
            Assert.Equal((fields[1], fields[2]), (parsed!.Command, parsed.Parameter));
            Assert.Equal(fields[3..], parsed.Values);
            Assert.Equal(line, Encoding.ASCII.GetString(parsed.Encode()));
            count++;
        }
        Assert.Equal(4, count);
    }

    [Theory]
    [InlineData("", "begin")]
    [InlineData("$", "end")]
    [InlineData("$BAP,REQ,systemInfo", "end")]
    [InlineData("$BAP,REQ,systemInfo*3F", "checksum")]
    [InlineData("$BAP,REQ,systemInfo*3e", "checksum")]
    [InlineData("$GPS,REQ,systemInfo*3E", "BAP")]
    [InlineData("$BAP,NEW,x*49", "checksum|unknown")]
    [InlineData("$BAP,RES,\u0001*3E", "ASCII")]
    [InlineData("$BAP,REQ*39", "REQ without a parameter")]
    public void What_is_no_line_says_why(string line, string words)
    {
        Assert.False(BapLine.TryParse(Encoding.Latin1.GetBytes(line), out BapLine? parsed, out string problem));
        Assert.Null(parsed);
        Assert.Matches(words, problem);
    }

    [Fact]
    public void Too_long_a_line_is_none()
    {
        Assert.False(BapLine.TryParse(Encoding.ASCII.GetBytes("$BAP,LOG," + new string('x', 600) + "*00"), out _, out string problem));
        Assert.Contains("longer", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("a*b")]
    [InlineData("a\r\nb")]
    public void A_field_cannot_break_the_line(string value) =>
        Assert.Throws<ArgumentException>(() => new BapLine("SET", "name", [value]).Encode());
}
