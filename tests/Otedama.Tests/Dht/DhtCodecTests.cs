using System.Net;
using System.Text;
using CsCheck;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Dht;

public sealed class DhtCodecTests
{
    [Theory]
    [InlineData("de", true)]
    [InlineData("d1:ai1e1:bi2ee", true)]
    [InlineData("d1:bi2e1:ai1ee", true)] // any order
    [InlineData("d1:ai1e1:ai2ee", false)] // twice
    [InlineData("d1:bi1e1:ai1e1:bi2ee", false)] // twice, out of order
    [InlineData("d1:ae", false)] // a key without a value
    [InlineData("di1ei2ee", false)] // a key that is no text
    [InlineData("i9223372036854775807e", true)]
    [InlineData("i9223372036854775808e", false)]
    [InlineData("i-9223372036854775808e", true)]
    [InlineData("i-0e", false)]
    [InlineData("i01e", false)]
    [InlineData("i+1e", false)]
    [InlineData("i0e", true)]
    [InlineData("ie", false)]
    [InlineData("i-e", false)]
    [InlineData("0:", true)]
    [InlineData("01:a", false)]
    [InlineData("2:a", false)]
    [InlineData("99999999999:a", false)]
    [InlineData("-1:a", false)]
    [InlineData("li1e", false)]
    [InlineData("le", true)]
    [InlineData("lee", false)] // something left over
    [InlineData("", false)]
    public void Only_what_means_one_thing_is_bencode(string text, bool good) =>
        Assert.Equal(good, Bencoded.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Sixteen_levels_and_1500_bytes_are_the_limit()
    {
        Assert.True(Bencoded.TryParse(Encoding.ASCII.GetBytes(new string('l', 16) + new string('e', 16)), out _));
        Assert.False(Bencoded.TryParse(Encoding.ASCII.GetBytes(new string('l', 17) + new string('e', 17)), out _));
        Assert.True(Bencoded.TryParse([.. "1495:"u8, .. new byte[1_495]], out _));
        Assert.False(Bencoded.TryParse([.. "1496:"u8, .. new byte[1_496]], out _));
    }

    [Fact]
    public void A_writer_refuses_keys_out_of_order_and_a_full_buffer()
    {
        Assert.Throws<InvalidOperationException>(static () => WriteKeys("b"u8, "a"u8));
        Assert.Throws<InvalidOperationException>(static () => WriteKeys("a"u8, "a"u8));
        Assert.Throws<ArgumentException>(static () => WriteKeys("a"u8, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"u8));
        WriteKeys("a"u8, "aa"u8);
    }

    /// <summary>100 000 datagrams of random bytes, and 300 000 that were right before something was done to them.</summary>
    [Fact]
    public void Whatever_comes_is_read_or_refused()
    {
        byte[][] seeds = [.. DhtVectors.Exchanges()
            .SelectMany(static e => new[] { e.Exchange.Bytes("request_hex"), e.Exchange.Bytes("response_hex") }).OfType<byte[]>()];
        Gen.Byte.Array[0, 1_600].Sample(static bytes => Read(bytes), iter: 100_000, threads: 2);
        Gen<byte[]> mutated = Gen.Select(
            Gen.Int[0, seeds.Length - 1].Select(i => seeds[i]), Gen.Select(Gen.Int[0, 1 << 20], Gen.Byte, Gen.Int[0, 3]).Array[1, 6], Mutate);
        mutated.Sample(static bytes => Read(bytes), iter: 300_000, threads: 2);
    }

    [Fact]
    public void Endpoints_and_their_networks()
    {
        PeerEndpoint v4 = PeerEndpoint.Of(IPAddress.Parse("::ffff:44.140.10.20"), 6_881);
        Assert.Equal("44.140.10.20:6881", v4.ToString());
        Assert.Equal(PeerEndpoint.Of(IPAddress.Parse("44.140.10.99"), 1).Site, v4.Site);
        Assert.NotEqual(PeerEndpoint.Of(IPAddress.Parse("44.140.11.20"), 1).Site, v4.Site);
        Assert.Equal(PeerEndpoint.Of(IPAddress.Parse("44.140.11.20"), 1).Provider, v4.Provider);
        Assert.NotEqual(PeerEndpoint.Of(IPAddress.Parse("44.141.11.20"), 1).Provider, v4.Provider);
        Assert.NotEqual(PeerEndpoint.Of(IPAddress.Parse("44.140.10.21"), 1).Host, v4.Host);
        Assert.True(CompactEndpoint.TryParse("[2a01:4f5:5::1]:99", out PeerEndpoint v6));
        Assert.Equal("[2a01:4f5:5::1]:99", v6.ToString());
        Assert.Equal(PeerEndpoint.Of(IPAddress.Parse("2a01:4f5:5::ffff"), 1).Site, v6.Site);
        Assert.Equal(PeerEndpoint.Of(IPAddress.Parse("2a01:4f5:6::1"), 1).Provider, v6.Provider);
        Assert.False(CompactEndpoint.TryParse("1.2.3.4", out _));
    }

    [Theory]
    [InlineData("44.140.10.20", true)]
    [InlineData("8.8.8.8", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.64.0.0", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("100.128.0.0", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.31.9.9", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("223.255.255.255", true)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("2a01:4f5:5::1", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2001:0:1::1", false)] // Teredo
    [InlineData("2001:200::1", true)]
    [InlineData("2002:a00::1", false)] // 6to4 of 10.0.0.0
    [InlineData("::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::a00:1", false)] // 10.0.0.1 behind a translator
    public void Addresses_that_nobody_has_are_known(string address, bool isPublic) =>
        Assert.Equal(isPublic, PeerEndpoint.Of(IPAddress.Parse(address), 1).IsPublic);

    private static void WriteKeys(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        BencodeWriter writer = new(new byte[32]);
        writer.BeginDictionary();
        writer.Key(first);
        writer.Integer(1);
        writer.Key(second);
        writer.Integer(2);
        writer.End();
        Assert.True(Bencoded.TryParse(writer.Written, out Bencoded value));
        Assert.Equal(2, value[second].Integer);
    }

    /// <summary>What was read can be written, and then says the same.</summary>
    private static void Read(byte[] bytes)
    {
        if (!KrpcReader.TryRead(bytes, out KrpcMessage? message))
        {
            return;
        }
        Assert.True(message.Transaction.Length <= KrpcReader.TransactionMax && message.Token.Length <= KrpcReader.TokenMax);
        if (message.Kind == KrpcKind.Query && message.Method == KrpcMethod.Unknown)
        {
            return;
        }
        byte[] buffer = new byte[2 * Bencoded.BytesMax];
        int length = KrpcWriter.Write(message, buffer);
        if (length <= Bencoded.BytesMax)
        {
            Assert.True(KrpcReader.TryRead(buffer.AsSpan(0, length), out KrpcMessage? again));
            Assert.Equal(message.Id, again.Id);
            Assert.Equal(message.Values, again.Values);
            Assert.Equal(message.Nodes, again.Nodes);
        }
    }

    private static byte[] Mutate(byte[] seed, (int At, byte Value, int What)[] changes)
    {
        List<byte> bytes = [.. seed];
        foreach ((int at, byte value, int what) in changes.Where(_ => bytes.Count > 0))
        {
            int index = at % bytes.Count;
            switch (what)
            {
                case 0:
                    bytes[index] = value;
                    break;
                case 1:
                    bytes.Insert(index, (byte)"0123456789deil:-"[value % 16]);
                    break;
                case 2:
                    bytes.RemoveAt(index);
                    break;
                default:
                    bytes.AddRange(bytes.GetRange(index, Math.Min(value, bytes.Count - index)));
                    break;
            }
        }
        return [.. bytes];
    }
}
