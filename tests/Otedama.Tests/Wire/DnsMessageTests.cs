using System.Net;
using Otedama.Tests.Published;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class DnsMessageTests
{
    /// <summary>
    /// The answer of RFC 1035's form by hand: an alias with the address of what it stands for, names by pointers; beside
    /// the bytes their offsets.
    /// </summary>
    private const string Alias = "12348180000100020000000003777777076578616d706c6503636f6d0000010001" // 0: question, ends at 33
        + "c00c00050001000000050006036c6962c010" // 33: www is lib.example.com
        + "c02d00010001000000050004c0000201"; // 51: lib has 192.0.2.1

    [Fact]
    public void A_question_has_the_bytes_of_the_standard() => Assert.Equal(
        "123401000001000000000000" + "085f6f746564616d61" + "045f746370" + "0573656564730474657374" + "00" + "00210001",
        Convert.ToHexStringLower(DnsMessage.Question(0x1234, "_otedama._tcp.seeds.test", DnsType.Srv)));

    [Fact]
    public void An_alias_is_followed()
    {
        DnsAnswer answer = DnsMessage.Read(Convert.FromHexString(Alias), 0x1234, "www.EXAMPLE.com", DnsType.A)!;
        Assert.Equal([IPAddress.Parse("192.0.2.1")], answer.Addresses);
    }

    [Theory]
    [InlineData(0, 0x13)] // another id
    [InlineData(2, 0x01)] // a question
    [InlineData(3, 0x82)] // the server failed
    [InlineData(3, 0x85)] // it refuses
    [InlineData(5, 2)] // two questions
    [InlineData(13, (byte)'x')] // another name
    [InlineData(30, 28)] // another type
    public void What_is_no_answer_to_the_question_is_none(int at, byte value)
    {
        byte[] bytes = Convert.FromHexString(Alias);
        bytes[at] = value;
        Assert.Null(DnsMessage.Read(bytes, 0x1234, "www.example.com", DnsType.A));
    }

    [Fact]
    public void A_name_that_there_is_not_has_nothing()
    {
        byte[] bytes = Convert.FromHexString(Alias)[..33];
        (bytes[3], bytes[7]) = (0x83, 0);
        DnsAnswer answer = DnsMessage.Read(bytes, 0x1234, "www.example.com", DnsType.A)!;
        Assert.Empty(answer.Addresses);
        Assert.Empty(answer.Services);
    }

    [Fact]
    public void Services_have_priority_weight_host_and_port()
    {
        DnsZone zone = new DnsZone().Service("_otedama._tcp.seeds.test", "one.seeds.test", 30_304, priority: 7, weight: 9);
        byte[] bytes = zone.Answer(DnsMessage.Question(9, "_otedama._tcp.seeds.test", DnsType.Srv));
        DnsAnswer answer = DnsMessage.Read(bytes, 9, "_otedama._tcp.seeds.test", DnsType.Srv)!;
        Assert.Equal([new DnsService(7, 9, "one.seeds.test", 30_304)], answer.Services);
    }

    /// <summary>RFC 2782: the lowest priority first, of one priority by weight, and weight 0 hardly ever before others.</summary>
    [Fact]
    public void Services_come_by_priority_and_then_as_often_as_they_weigh()
    {
        DnsService[] services = [new(2, 0, "last", 1), new(1, 0, "none", 1), new(1, 90, "much", 1), new(1, 10, "little", 1), new(0, 1, "first", 1)];
        Random random = new(5);
        Dictionary<string, int> second = [];
        for (int i = 0; i < 4_000; i++)
        {
            IReadOnlyList<DnsService> ordered = DnsService.InOrder(services, random.Next);
            Assert.Equal(services.ToHashSet(), ordered.ToHashSet());
            Assert.Equal(("first", "last", 5), (ordered[0].Host, ordered[^1].Host, ordered.Count));
            second[ordered[1].Host] = second.GetValueOrDefault(ordered[1].Host) + 1;
        }
        Assert.InRange(second["much"], 3_450, 3_680); // of 101 parts 90, 10 and 1
        Assert.InRange(second["little"], 320, 480);
        Assert.InRange(second["none"], 15, 75);
    }

    /// <summary>A name that leads to itself, or forward, is none; one that is cut off neither.</summary>
    [Theory]
    [InlineData(51, "c033")]
    [InlineData(51, "c034")]
    [InlineData(51, "40ff")]
    public void Names_in_circles_end(int at, string name)
    {
        byte[] bytes = Convert.FromHexString(Alias);
        Convert.FromHexString(name).CopyTo(bytes, at);
        Assert.Empty(DnsMessage.Read(bytes, 0x1234, "www.example.com", DnsType.A)!.Addresses);
    }

    [Fact]
    public void Whatever_is_sent_is_read_without_an_exception()
    {
        SeededRandom random = new(11);
        byte[] good = Convert.FromHexString(Alias);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = good[..(int)(1 + (random.NextUInt64() % (ulong)good.Length))];
            for (ulong change = random.NextUInt64() % 8; change > 0; change--)
            {
                bytes[random.NextUInt64() % (ulong)bytes.Length] = (byte)(random.NextUInt64() & 0xff);
            }
            DnsAnswer? answer = DnsMessage.Read(bytes, 0x1234, "www.example.com", (DnsType)(random.NextUInt64() % 2 == 0 ? 1 : 33));
            Assert.True(answer is null || answer.Addresses.Count + answer.Services.Count <= 64);
        }
    }

    [Theory]
    [InlineData("seeds.example", true)]
    [InlineData("_otedama._tcp.x", true)]
    [InlineData("", false)]
    [InlineData("a..b", false)]
    [InlineData("ä.example", false)]
    [InlineData("a b", false)]
    public void Names_are_labels_of_letters(string name, bool isName) => Assert.Equal(isName, DnsMessage.IsName(name));
}
