using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Otedama.Tests.App;

public sealed class DashboardTests
{
    [Fact]
    public async Task The_page_shows_shares_blocks_rates_and_payouts_in_a_browser()
    {
        string page = await OpenAsync();
        Assert.Contains("<span id=\"accepted\">3,228</span>", page);
        Assert.Contains("<span id=\"blocks\">127</span>", page);
        Assert.Contains("<span id=\"hashrate\">54.3 MH/s</span>", page);
        Assert.Contains("garage", page);
        Assert.Contains("5,231.4410", page);
        Assert.Contains("class=\"line rig\"", page);
        Assert.Contains("class=\"good\"", page);
        Assert.Contains("class=\"block\"", page);
        Assert.Contains("Making the KawPow dataset of epoch 618: 25 % of 5968 MiB", page);
        Assert.DoesNotContain("light cache", page); // it is ready
    }

    [Fact]
    public async Task Hardware_shows_what_it_tells_of_itself_and_how_it_is()
    {
        string page = await OpenAsync();
        Assert.Contains(">215 W of 250 W<", page);
        Assert.Contains(">4.65 MH/J<", page);
        Assert.Contains("</i>at its power limit</span>", page);
        Assert.Contains(">91 °C, hottest place 104 °C, memory 98 °C<", page);
        Assert.Contains("<i class=\"dot bad\"></i>slowed by heat, 3 wrong answers, lost 1 times</span>", page);
        Assert.Contains("<i class=\"dot note\"></i>its driver does not answer</span>", page);
        Assert.DoesNotContain("Card that is silent", page);
    }

    [Fact]
    public async Task A_miners_name_is_text_and_never_markup()
    {
        string page = await OpenAsync();
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page);
        Assert.DoesNotContain("<script>alert", page);
        Assert.DoesNotContain("<img src=\"x\"", page);
    }

    private static async Task<string> OpenAsync()
    {
        Assert.SkipWhen(Chromium.Path is null, "no chromium on this machine; install it with: apt-get install chromium");
        using TempFolder folder = new();
        ApiToken token = ApiToken.Load(Path.Combine(folder.Path, "api.token"));
        await using LocalApi api = await LocalApi.StartAsync(
            IPAddress.Loopback, 0, token, new HostNames([]), new FakeInstance(), NullLoggerFactory.Instance, TimeProvider.System, default);
        string? screenshot = Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCREENSHOT");
        if (screenshot is not null)
        {
            await ScreenshotsAsync(api.NewDashboardUrl() + "&still", screenshot);
        }
        return await Chromium.DumpAsync(api.NewDashboardUrl() + "&still", TimeSpan.FromSeconds(6));
    }

    /// <summary>Pictures for whoever changes the page: set OTEDAMA_TEST_SCREENSHOT to a folder.</summary>
    private static async Task ScreenshotsAsync(string url, string folder)
    {
        (string Name, string Size, string[] More)[] pictures =
        [
            ("light", "1240,1500", []),
            ("dark", "1240,1500", ["--blink-settings=preferredColorScheme=0", "--force-dark-mode"]),
            ("narrow", "500,2600", ["--lang=ja", "--accept-lang=ja"]),
        ];
        foreach ((string name, string size, string[] more) in pictures)
        {
            await Chromium.RunAsync([$"--screenshot={Path.Combine(folder, name + ".png")}", $"--window-size={size}", "--virtual-time-budget=6000", .. more, url]);
        }
    }
}
