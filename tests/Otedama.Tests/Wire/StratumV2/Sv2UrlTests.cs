using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

public sealed class Sv2UrlTests
{
    private const string Key = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";
    private const string OldKey = "u95GEReVMjK6k5YqiSFNqqTnKU4ypU2Wm8awa6tmbmDmk1bWt";

    [Theory]
    [InlineData("stratum2+tcp://pool.example.com:34254/" + Key, "pool.example.com", 34254)]
    [InlineData("STRATUM2+TCP://10.0.0.1:1/" + OldKey, "10.0.0.1", 1)]
    [InlineData("sv2+tcp://[::1]:65535/" + Key + "/", "::1", 65535)]
    [InlineData("stratum+sv2://pool:3333/" + Key, "pool", 3333)]
    public void An_address_has_host_port_and_key(string text, string host, int port)
    {
        Assert.True(Sv2Url.IsOne(text));
        Assert.True(Sv2Url.TryParse(text, out Sv2Url? url, out string error), error);
        Assert.Equal((host, port), (url!.Host, url.Port));
        Assert.Equal("76637000979c1c11af0c300bcd8c7fe48610fce9b9c11e3daee35ae0b08a7455", Convert.ToHexStringLower(url.AuthorityX));
        Assert.True(Sv2Url.TryParse(url.ToString(), out Sv2Url? again, out _));
        Assert.Equal((url.Host, url.Port), (again!.Host, again.Port));
    }

    [Theory]
    [InlineData("stratum+tcp://pool:3333", "stratum2+tcp://host:port/KEY")]
    [InlineData("stratum2+tcp://pool/" + Key, "no port")]
    [InlineData("stratum2+tcp://pool:0/" + Key, "no port")]
    [InlineData("stratum2+tcp://pool:70000/" + Key, "no port")]
    [InlineData("stratum2+tcp://:3333/" + Key, "no host name")]
    [InlineData("stratum2+tcp://::1:3333/" + Key, "brackets")]
    [InlineData("stratum2+tcp://pool:3333", "key is missing")]
    [InlineData("stratum2+tcp://pool:3333/", "key is missing")]
    [InlineData("stratum2+tcp://pool:3333/9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXi", "checksum")]
    [InlineData("stratum2+tcp://pool:3333/JAGb4twNreni6RZptC4sPFbLTj3sQ4LKkxfoCBvsL9fogd398GX", "bytes; 32, or 34")]
    public void What_is_wrong_is_named(string text, string part)
    {
        Assert.False(Sv2Url.TryParse(text, out Sv2Url? url, out string error));
        Assert.Null(url);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }
}
