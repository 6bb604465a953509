using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Peers;

public sealed class PeerAddressTests
{
    /// <summary>The generator of secp256k1, as good a point as any Ethereum node has.</summary>
    private const string EthereumPoint = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

    [Theory]
    [InlineData($"otp2p://{PeerSamples.Id}@node.example:3335", $"otp2p://{PeerSamples.Id}@node.example:3335")]
    [InlineData($"OTP2P://{PeerSamples.Id}@192.0.2.7:1", $"otp2p://{PeerSamples.Id}@192.0.2.7:1")]
    [InlineData($"otp2p://{PeerSamples.Id}@[2001:DB8::0001]:65535", $"otp2p://{PeerSamples.Id}@[2001:db8::1]:65535")]
    [InlineData($"enode://{PeerSamples.Point}@Node.Example:3335", $"otp2p://{PeerSamples.Id}@node.example:3335")]
    [InlineData($"enode://{PeerSamples.Point}@[::1]:3335?discport=0", $"otp2p://{PeerSamples.Id}@[::1]:3335")]
    [InlineData("localhost:3335", "localhost:3335")]
    [InlineData("[::1]:3335", "[::1]:3335")]
    public void The_three_forms_are_read(string text, string canonical)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress? address, out string? error), error);
        Assert.Equal(canonical, address.ToString());
        Assert.True(PeerAddress.TryParse(canonical, out PeerAddress? again, out _));
        Assert.Equal(address, again);
        Assert.Equal(canonical.Contains("//", StringComparison.Ordinal), address.Id is not null);
    }

    [Theory]
    [InlineData($"enode://{EthereumPoint}@node.example:30303", "this looks like an Ethereum (secp256k1) enode; Otedama nodes use P-256")]
    [InlineData("otp2p://abcd@node.example:3335", "64 hex digits, and these are 4 characters")]
    [InlineData("enode://abcd@node.example:3335", "128 hex digits")]
    [InlineData($"otp2p://{PeerSamples.Id}node.example:3335", "\"@\" between key and host is missing")]
    [InlineData($"enode://{PeerSamples.Point}@node.example:3335?port=4", "only ?discport=NUMBER")]
    [InlineData($"otp2p://{PeerSamples.Id}@node.example:3335?discport=4", "not a number from 1 to 65535")]
    [InlineData("node.example", "the port is missing")]
    [InlineData("[::1]", "the port is missing")]
    [InlineData("node.example:0", "not a number from 1 to 65535")]
    [InlineData("node.example:65536", "not a number from 1 to 65535")]
    [InlineData("node.example:+1", "not a number from 1 to 65535")]
    [InlineData("::1:3335", "in brackets")]
    [InlineData("[fe80::1%eth0]:3335", "no IPv6 address")]
    [InlineData("[127.0.0.1]:3335", "no IPv6 address")]
    [InlineData("1.2.3:3335", "no IPv4 address")]
    [InlineData("127.0.0.01:3335", "no IPv4 address")]
    [InlineData("256.1.1.1:3335", "no IPv4 address")]
    [InlineData(":3335", "1 to 253 are allowed")]
    [InlineData("no host:3335", "no host name")]
    [InlineData("-a.example:3335", "no host name")]
    [InlineData("a..b:3335", "no host name")]
    [InlineData("http://node.example:3335", "in brackets")]
    [InlineData("", "the port is missing")]
    public void What_is_none_is_answered_with_a_sentence(string text, string part)
    {
        Assert.False(PeerAddress.TryParse(text, out PeerAddress? address, out string? error));
        Assert.Null(address);
        Assert.StartsWith($"\"{text}\" is no peer address: ", error, StringComparison.Ordinal);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_not_repeated_whole()
    {
        Assert.False(PeerAddress.TryParse(new string('a', 100_000) + ":1", out _, out string? error));
        Assert.InRange(error.Length, 50, 400);
    }

    /// <summary>100,000 texts from the letters of addresses, seed 1: an answer each time, and what is read reads the same again.</summary>
    [Fact]
    public void Any_text_is_an_address_or_a_sentence()
    {
        const string Letters = "otp2p://enode@[]:.0123456789abcdef?discport=%-_ \u00e9\0";
        Random random = new(1);
        string[] starts = ["", "otp2p://", $"otp2p://{PeerSamples.Id}@", $"enode://{PeerSamples.Point}@", "[::1]:"];
        int read = 0;
        for (int i = 0; i < 100_000; i++)
        {
            char[] rest = [.. Enumerable.Range(0, random.Next(24)).Select(_ => Letters[random.Next(Letters.Length)])];
            string text = starts[random.Next(starts.Length)] + new string(rest);
            bool good = PeerAddress.TryParse(text, out PeerAddress? address, out string? error);
            Assert.NotEqual(address is null, error is null);
            if (good)
            {
                read++;
                Assert.True(PeerAddress.TryParse(address!.ToString(), out PeerAddress? again, out _));
                Assert.Equal(address, again);
            }
        }
        Assert.InRange(read, 100, 99_000);
    }
}
