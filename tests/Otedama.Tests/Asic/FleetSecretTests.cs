using System.Text;
using System.Text.Json;
using CsCheck;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>No password, token or key in anything that is kept, shown or thrown.</summary>
public sealed class FleetSecretTests : IDisposable
{
    private readonly FleetTransport _transport = new(TimeProvider.System) { Waits = FleetVectors.Short };

    public void Dispose() => _transport.Dispose();

    [Theory]
    [InlineData("""{"pass":"S3CRET-1","user":"w"}""")]
    [InlineData("""{"stratumPassword" : "S3CRET-1"}""")]
    [InlineData("""{"wifiPass":"a\"S3CRET-1"}""")]
    [InlineData("""{"pwd":S3CRET-1}""")]
    [InlineData("""{"token":"S3CRET-1""")]
    [InlineData("POOL=0,URL=x,Pass=S3CRET-1,User=w|")]
    [InlineData("""{"url":"stratum+tcp://u:S3CRET-1@h:1"}""")]
    [InlineData("""{"SessionID":"S3CRET-1"}""")]
    [InlineData("""{"stratumPassword":["S3CRET-1"],"a":1}""")]
    [InlineData("""{"wifiPass":{"a":{"b":"S3CRET-1"}},"a":1}""")]
    [InlineData("""{"api-key":"S3CRET-1","Authorization":"Bearer S3CRET-1","privateKey":"S3CRET-1"}""")]
    [InlineData("""{"a":"{\"password\":\"S3CRET-1\"}"}""")]
    [InlineData("""{"url":"stratum+tcp://h:1/?password=S3CRET-1&x=1"}""")]
    public void Fields_of_such_names_are_masked(string text)
    {
        string clean = SecretFilter.Clean(text);
        Assert.DoesNotContain("S3CRET", clean, StringComparison.Ordinal);
        Assert.Contains("***", clean, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stratum+tcp://u:p@h:1", "stratum+tcp://h:1")]
    [InlineData("u:p@h:1", "h:1")]
    [InlineData("stratum+tcp://h:1/a@b", "stratum+tcp://h:1/a@b")]
    [InlineData("", "")]
    [InlineData("@", "")]
    [InlineData("x://", "x://")]
    public void A_pools_url_is_shown_without_user_and_password(string url, string shown) => Assert.Equal(shown, SecretFilter.Url(url));

    [Fact]
    public void Any_text_is_cleaned_without_throwing() => Gen.String.Sample(static text =>
    {
        _ = SecretFilter.Clean(text);
        _ = SecretFilter.Url(text);
    });

    [Fact]
    public void Given_secrets_are_found_wherever_they_stand()
    {
        Gen.Char["abcXYZ019-_/+"].Array[4, 20].Sample(letters =>
        {
            string secret = new(letters);
            string clean = SecretFilter.Clean($"{{\"note\":\"x{secret}y\",\"{secret}\":1}}", new FleetSecret(secret));
            Assert.DoesNotContain(secret, clean, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_holds_secrets_does_not_print_them()
    {
        FleetPool pool = new("stratum+tcp://h:1", "w", new FleetSecret("S3CRET-1"));
        FleetTarget target = new(System.Net.IPAddress.Loopback) { Credentials = new FleetCredentials("root", new FleetSecret("S3CRET-2")) { Totp = new FleetSecret("S3CRET-3") } };
        string shown = $"{pool} {new SetPoolsOrder([pool])} {new SetPoolsOrder([pool]).Words} {target} {target.Credentials}";
        Assert.DoesNotContain("S3CRET", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_driver_lets_one_out()
    {
        StringBuilder seen = new();
        const string New = "new-pool-secret";
        await using AxeosServer axeos = new(new AxeosDevice(TimeProvider.System) { StartsIn = TimeSpan.FromMilliseconds(20) });
        await using AntminerServer antminer = new();
        await using WhatsminerV2Server two = new(new WhatsminerState());
        await using WhatsminerV3Server three = new(new WhatsminerState());
        await using CgminerServer cgminer = new(new CgminerDevice
        {
            // A device that repeats everything it was told.
            Quirks = { Rewrite = (_, text) => text.Replace("\"id\":1", $"\"echo\":\"{New} bench-old-pass\",\"Pass\":\"bench-old-pass\",\"id\":1", StringComparison.Ordinal) },
        });
        (IFleetDriver Driver, FleetTarget Target, string[] Secrets)[] all =
        [
            (new AxeosDriver(_transport), FleetVectors.Target(axeos.Port), ["bench-pool-pass", "bench-spare-pass", "bench-wifi-key"]),
            (new AntminerDriver(_transport), FleetVectors.Target(antminer.Port, new FleetCredentials("root", new FleetSecret(antminer.Password))), [antminer.Password, "bench-ant-pass"]),
            (new WhatsminerV2Driver(_transport), FleetVectors.Target(two.Port, new FleetCredentials("admin", new FleetSecret(two.State.Password))), [two.State.Password, "bench-wm-pass"]),
            (new WhatsminerV3Driver(_transport), FleetVectors.Target(three.Port, new FleetCredentials("super", new FleetSecret(three.State.Password))), [three.State.Password, "bench-wm-pass"]),
            (new CgminerDriver(_transport), FleetVectors.Target(cgminer.Port), []),
        ];
        foreach ((IFleetDriver driver, FleetTarget target, string[] secrets) in all)
        {
            seen.Clear();
            FleetReading reading = await driver.ReadAsync(target, default);
            if (driver is not CgminerDriver { Name: "cgminer" })
            {
                seen.Append(JsonSerializer.Serialize(reading, FleetJson.Default.FleetReading));
            }
            FleetOutcome outcome = await driver.DoAsync(target, new SetPoolsOrder([FleetVectors.Pool("new.bench.example")]), default);
            seen.Append(outcome).AppendJoin(' ', outcome.Steps);
            Assert.True(outcome.Succeeded, outcome.Sentence);
            FleetTarget wrong = target with { Credentials = new FleetCredentials("root", new FleetSecret("wrong-secret-word")) };
            seen.Append(await driver.DoAsync(wrong, new RebootOrder(), default));
            try
            {
                await driver.ReadAsync(wrong, default);
            }
            catch (FleetException e)
            {
                seen.Append(e);
            }
            string text = seen.ToString();
            Assert.All([.. secrets, New, "wrong-secret-word"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }
    }
}
