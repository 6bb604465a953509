using Otedama.Core;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

public sealed class PoolUrlTests
{
    private const string Pin = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    [Theory]
    [InlineData("stratum+tcp://Pool.Example:3333", "pool.example", 3333, false)]
    [InlineData("stratum+ssl://pool.example:443/", "pool.example", 443, true)]
    [InlineData("tcp://10.0.0.1:1", "10.0.0.1", 1, false)]
    [InlineData("ssl://pool.example:65535", "pool.example", 65535, true)]
    [InlineData(" pool.example:3333 ", "pool.example", 3333, false)]
    [InlineData("stratum+tcp://[::1]:3333", "::1", 3333, false)]
    public void Usual_forms_are_read(string text, string host, int port, bool tls)
    {
        PoolUrl url = PoolUrl.Parse(text);
        Assert.Equal((host, port, tls), (url.Host, url.Port, url.Tls));
        Assert.Equal(url, PoolUrl.Parse(url.ToString()));
    }

    [Theory]
    [InlineData("pool.example", "port is missing")]
    [InlineData("pool.example:", "out of range")]
    [InlineData("pool.example:0", "1-65535")]
    [InlineData("pool.example:70000", "\"70000\"")]
    [InlineData("http://pool.example:80", "\"http\" is not known")]
    [InlineData("stratum+tcp://user:x@pool.example:3333", "--wallet")]
    [InlineData("stratum+tcp://:3333", "not a host")]
    [InlineData("stratum+tcp://pool.example:3333/path", "out of range")]
    [InlineData("::1:3333", "brackets")]
    [InlineData("", "port is missing")]
    public void Bad_ones_say_what_is_wrong(string text, string reason)
    {
        Assert.False(PoolUrl.TryParse(text, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => PoolUrl.Parse(text));
    }

    [Fact]
    public void A_password_in_the_address_is_not_repeated()
    {
        Assert.False(PoolUrl.TryParse("stratum+tcp://user:hunter2@pool.example:3333", out _, out string? error));
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
        Assert.Contains("stratum+tcp://pool.example:3333", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pin_belongs_to_tls_and_has_64_digits()
    {
        string colons = string.Join(':', Pin.ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));
        Assert.Equal(Pin, PoolUrl.Parse("stratum+ssl://p.example:1#sha256=" + colons).CertificatePin);
        Assert.False(PoolUrl.TryParse("stratum+tcp://p.example:1#sha256=" + Pin, out _, out string? error));
        Assert.Contains("stratum+ssl", error, StringComparison.Ordinal);
        Assert.False(PoolUrl.TryParse("stratum+ssl://p.example:1#sha256=12", out _, out error));
        Assert.Contains("64 hex digits", error, StringComparison.Ordinal);
        Assert.False(PoolUrl.TryParse("stratum+ssl://p.example:1#" + Pin, out _, out _));
    }

    [Theory]
    [InlineData("eu.example.com", "EU.EXAMPLE.COM.", true)]
    [InlineData("pool.example", "eu.pool.example", true)]
    [InlineData("pool.example", "a.b.pool.example", true)]
    [InlineData("eu.pool.example.com", "us.pool.example.com", false)]
    [InlineData("eu.example.com", "example.com", false)]
    [InlineData("pool.github.io", "evil.github.io", false)]
    [InlineData("pool.co.jp", "evil.co.jp", false)]
    [InlineData("pool.co.jp", "co.jp", false)]
    [InlineData("eu.example.com", "evil.com", false)]
    [InlineData("eu.example.com", "evilexample.com", false)]
    [InlineData("eu.example.com", "example.com.evil.com", false)]
    [InlineData("pool.co.uk", "evil.co.uk", false)]
    [InlineData("pool.example", "evilpool.example", false)]
    [InlineData("pool.example", "pool.example.evil.com", false)]
    [InlineData("pool.example", "", false)]
    [InlineData("localhost", "localhost", true)]
    [InlineData("localhost", "otherhost", false)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "evil.10.0.0.1", false)]
    [InlineData("eu.example.com", "10.0.0.2", false)]
    public void Only_the_pools_own_host_may_take_us_over(string from, string to, bool allowed) =>
        Assert.Equal(allowed, RedirectRule.Allows(from, to, []));

    [Fact]
    public void The_operator_may_list_more_hosts()
    {
        string[] listed = ["Example.com", "10.0.0.2"];
        Assert.True(RedirectRule.Allows("eu.example.com", "us.example.com", listed));
        Assert.True(RedirectRule.Allows("eu.example.com", "10.0.0.2", listed));
        Assert.False(RedirectRule.Allows("eu.example.com", "evilexample.com", listed));
        Assert.False(RedirectRule.Allows("eu.example.com", "1.10.0.0.2", listed));
        Assert.False(RedirectRule.Allows("eu.example.com", "other.net", [""]));
    }

    [Fact]
    public void Back_off_doubles_to_a_minute_with_a_fifth_of_jitter()
    {
        TimeSpan first = TimeSpan.FromSeconds(1), max = TimeSpan.FromSeconds(60);
        Assert.Equal(TimeSpan.Zero, Backoff.After(0, first, max, 0));
        double[] middle = [.. Enumerable.Range(1, 8).Select(n => Backoff.After(n, first, max, 0.5).TotalSeconds)];
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], middle);
        Assert.Equal(0.8, Backoff.After(1, first, max, 0).TotalSeconds, 6);
        Assert.InRange(Backoff.After(1_000_000, first, max, 0.999999).TotalSeconds, 71.9, 72);
    }
}
