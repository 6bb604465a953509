using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Cryptography of the fleet against vectors, RFCs and openssl.</summary>
public sealed class FleetCryptoTests
{
    [Fact]
    public void A_token_of_version_2_is_that_of_the_vector()
    {
        JsonElement vector = FleetVectors.Of("whatsminer_v2");
        WhatsminerToken token = WhatsminerToken.Of(new FleetSecret(Text("password")), Text("salt"), Text("newsalt"), Text("time"));
        Assert.Equal(Text("host_passwd_md5"), token.HostPassword.Reveal());
        Assert.Equal(Text("host_sign"), token.Sign.Reveal());
        Assert.Equal(Text("aes_key"), token.Key.Reveal());
        Assert.Equal(Text("data"), token.Encrypt(Text("plain")));
        Assert.Equal(Text("plain"), token.Decrypt(Text("data")));
        Assert.Contains(Text("data"), JsonElement.Parse(token.Wrap("reboot")).GetProperty("data").GetString(), StringComparison.Ordinal);
        string Text(string name) => vector.GetProperty(name).GetString()!;
    }

    [Fact]
    public void A_token_of_version_3_is_that_of_the_vector()
    {
        JsonElement vector = FleetVectors.Of("whatsminer_v3");
        FleetSecret token = WhatsminerV3.Token(
            vector.GetProperty("cmd").GetString()!, new FleetSecret(vector.GetProperty("password").GetString()!), vector.GetProperty("salt").GetString()!, vector.GetProperty("ts").GetInt64());
        Assert.Equal(vector.GetProperty("token").GetString(), token.Reveal());
        Assert.Equal(vector.GetProperty("frame_get_salt").GetString(), Convert.ToHexStringLower(WhatsminerV3.Frame(WhatsminerV3.Get("get.device.info", "salt"))));
    }

    [Theory]
    [InlineData("admin", "BQ5hoXV9")]
    [InlineData("x", "a")]
    [InlineData("a password that is longer than sixteen and even than thirty-two bytes", "12345678")]
    [InlineData("sixteen bytes ok", "./abcXYZ")]
    public void The_old_crypt_agrees_with_openssl(string password, string salt) =>
        Assert.Equal(WhatsminerV2Server.OpenSsl(password, salt), Md5Crypt.Hash(password, salt));

    [Fact]
    public void Digest_answers_as_RFC_2617_shows()
    {
        HttpDigest challenge = HttpDigest.Parse("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"")!;
        string answer = challenge.Answer(new FleetCredentials("Mufasa", new FleetSecret("Circle Of Life")), "GET", "/dir/index.html", "0a4f113b");
        Assert.Contains("response=\"6629fae49393a05397450978507c4ef1\"", answer, StringComparison.Ordinal);
        Assert.Contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_answers_as_RFC_7616_shows()
    {
        const string Challenge = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        string answer = HttpDigest.Parse(Challenge)!.Answer(
            new FleetCredentials("Mufasa", new FleetSecret("Circle of Life")), "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        Assert.Contains("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Digest realm=\"x\"")]
    [InlineData("Digest nonce=\"n\", algorithm=SHA-512-256")]
    [InlineData("Digest nonce=\"n\", qop=\"auth-int\"")]
    [InlineData("")]
    public void Challenges_that_cannot_be_answered_are_none(string challenge) => Assert.Null(HttpDigest.Parse(challenge));

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(20000000000, "353130")]
    public void The_second_factor_is_that_of_RFC_6238(long time, string code) =>
        Assert.Equal(code, NerdQaxeDriver.Code(new FleetSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), DateTimeOffset.FromUnixTimeSeconds(time)));
}
