using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Asic;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The fleet's page in a browser, its API and its metrics, over an invented fleet.</summary>
public sealed class FleetPageTests
{
    [Fact]
    public async Task The_page_shows_devices_alarms_and_one_device_with_charts()
    {
        Assert.SkipWhen(Chromium.Path is null, "no chromium on this machine; install it with: apt-get install chromium");
        await using Shown shown = await OpenAsync("#device=aa:bb:cc:00:00:01", 0);
        await shown.Browser.UntilAsync("document.querySelectorAll('#rate-chart .line').length > 0");
        await PictureAsync(shown.Browser, "fleet.png");
        string page = (string?)await shown.Browser.EvaluateAsync("document.documentElement.outerHTML") ?? "";
        Assert.Contains("gamma-2", page, StringComparison.Ordinal);
        Assert.Contains("pays bc1qthief", page, StringComparison.Ordinal);
        Assert.Contains("pool_user (security)", page, StringComparison.Ordinal);
        Assert.Equal("unreachable", (string?)await shown.Browser.EvaluateAsync("document.getElementById('state').dataset.state")); // the red of a security alarm
        Assert.Contains("3 of 4 devices of hall-2 do not answer", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("class=\"line rig\"", page, StringComparison.Ordinal);
        Assert.Contains("1 / 1", page, StringComparison.Ordinal);
        Assert.Contains("stratum+tcp://pool.example:3333", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_the_page_says_how_to_log_in()
    {
        Assert.SkipWhen(Chromium.Path is null, "no chromium on this machine; install it with: apt-get install chromium");
        using TempFolder folder = new();
        await using LocalApi api = await LocalApi.StartAsync(IPAddress.Loopback, 0, ApiToken.Load(Path.Combine(folder.Path, "api.token")), new HostNames([]),
            new FakeInstance { Fleet = new FakeFleet() }, NullLoggerFactory.Instance, TimeProvider.System, default);
        await using LocalApi other = await LocalApi.StartAsync(IPAddress.Loopback, 0, ApiToken.Load(Path.Combine(folder.Path, "other.token")), new HostNames([]),
            new FakeInstance { Fleet = new FakeFleet() }, NullLoggerFactory.Instance, TimeProvider.System, default);
        await using Browser browser = await Browser.OpenAsync(other.NewDashboardUrl() + "&still"); // a login of another instance is none here
        await browser.EvaluateAsync($"location.href = '{new Uri(api.Uri, "fleet.html?still")}'");
        await browser.UntilAsync("document.getElementById('state') !== null && document.getElementById('state').textContent.includes('otedama token link')");
    }

    [Theory]
    [InlineData(1280, 3)]
    [InlineData(390, 3)]
    [InlineData(1280, 200)]
    [InlineData(390, 200)]
    public async Task The_table_fits_the_screen_and_is_turned_by_pages(int width, int devices)
    {
        Assert.SkipWhen(Chromium.Path is null, "no chromium on this machine; install it with: apt-get install chromium");
        await using Shown shown = await OpenAsync("", devices - 3);
        await shown.Browser.SetWidthAsync(width);
        await shown.Browser.UntilAsync("document.querySelectorAll('#devices-table tbody tr').length > 0");
        await PictureAsync(shown.Browser, $"fleet-{devices}-{width}.png");
        Assert.True(await IsAsync("document.documentElement.scrollWidth <= innerWidth"));
        Assert.Equal(devices > 100, await IsAsync("!document.getElementById('pages').hidden"));
        if (devices > 100)
        {
            Assert.True(await IsAsync("document.querySelectorAll('#devices-table tbody tr').length === 100"));
            Assert.False(await IsAsync("document.getElementById('devices-table').textContent.includes('gamma-290')"));
            await shown.Browser.EvaluateAsync("document.getElementById('after').click()");
            await shown.Browser.UntilAsync("document.getElementById('page').textContent.startsWith('101')");
            Assert.True(await IsAsync("document.getElementById('devices-table').textContent.includes('gamma-290')"));
        }

        async Task<bool> IsAsync(string expression) => (await shown.Browser.EvaluateAsync($"Boolean({expression})"))!.GetValue<bool>();
    }

    [Fact]
    public async Task A_thousand_devices_are_read_by_pages()
    {
        using TempFolder folder = new();
        ApiToken token = ApiToken.Load(Path.Combine(folder.Path, "api.token"));
        await using LocalApi api = await LocalApi.StartAsync(
            IPAddress.Loopback, 0, token, new HostNames([]), new FakeInstance { Fleet = new FakeFleet(1000) }, NullLoggerFactory.Instance, TimeProvider.System, default);
        using HttpClient http = new() { DefaultRequestHeaders = { Authorization = new("Bearer", File.ReadAllText(Path.Combine(folder.Path, "api.token")).Trim()) } };
        JsonElement first = await AskAsync("");
        Assert.Equal((200, 1008, 0), (first.GetProperty("devices").GetArrayLength(), first.GetProperty("of").GetInt32(), first.GetProperty("offset").GetInt32()));
        Assert.True(first.GetRawText().Length < 200_000, $"{first.GetRawText().Length} bytes");
        HashSet<string> ids = [];
        for (int offset = 0; offset < 1008; offset += 200)
        {
            ids.UnionWith((await AskAsync($"?offset={offset}")).GetProperty("devices").EnumerateArray().Select(static row => row.GetProperty("id").GetString()!));
        }
        Assert.Equal(1008, ids.Count);
        JsonElement none = await AskAsync("?offset=4000&limit=1");
        Assert.Equal((0, 1008), (none.GetProperty("devices").GetArrayLength(), none.GetProperty("of").GetInt32()));
        Assert.Equal(first.GetProperty("hashrate_hs").GetDouble(), none.GetProperty("hashrate_hs").GetDouble());
        Assert.Equal("pool_user", none.GetProperty("alarms")[0].GetProperty("alarm").GetString()); // the worst, whatever page its device is on
        foreach (string wrong in (string[])["?limit=0", "?limit=5000", "?offset=-1", "?offset=x"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(new Uri(api.Uri, "api/v1/fleet" + wrong), TestContext.Current.CancellationToken)).StatusCode);
        }

        async Task<JsonElement> AskAsync(string query) =>
            JsonElement.Parse(await http.GetStringAsync(new Uri(api.Uri, "api/v1/fleet" + query), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Only_devices_that_say_both_count_for_the_energy_of_a_hash()
    {
        FleetSnapshot three = FakeFleet.Snapshot(3);
        FleetReading quiet = three.Devices[0].Reading!;
        quiet = quiet with { Power = new FleetPower(), Rates = new FleetRates { OneMinute = 95e12 } };
        FleetAnswer answer = FleetViews.Fleet(three with { Devices = [three.Devices[0] with { Reading = quiet }, .. three.Devices.Skip(1)] },
            FleetPage.All, new Dictionary<string, string>(), 0, 0, true);
        Assert.Equal((36, 2), (answer.PowerW, answer.PowerOf));
        Assert.InRange(answer.JoulePerTh!.Value, 14.8, 15.2);
        Assert.Contains(AsicLines.Fleet(answer), static line => line.EndsWith("36 W and 14.92 J/TH of 2 of 3 devices that say their power, 0 with alarms", StringComparison.Ordinal));
        FleetAnswer none = FleetViews.Fleet(three with { Devices = [three.Devices[0] with { Reading = quiet }] }, FleetPage.All, new Dictionary<string, string>(), 0, 0, true);
        Assert.Equal((null, null), (none.PowerW, none.JoulePerTh));
        Assert.Contains(AsicLines.Fleet(none), static line => line.Contains("no device says its power", StringComparison.Ordinal));
    }

    [Fact]
    public void Thousands_of_devices_make_a_hundred_series()
    {
        FleetSnapshot fleet = FakeFleet.Snapshot(1000);
        MetricsInput input = new() { Status = new FakeInstance().Status(), Fleet = fleet, FleetPolls = (7, 1) };
        string text = System.Text.Encoding.UTF8.GetString(InstanceMetrics.Collect(input));
        Assert.Equal(101, text.Split('\n').Count(static line => line.StartsWith("otedama_asic_device_hashrate{", StringComparison.Ordinal)));
        Assert.Contains("otedama_asic_device_hashrate{device=\"others\"}", text, StringComparison.Ordinal);
        Assert.Contains("otedama_asic_polls_total{result=\"miss\"} 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("otedama_asic", System.Text.Encoding.UTF8.GetString(InstanceMetrics.Collect(input with { Fleet = null, FleetPolls = null })), StringComparison.Ordinal);
    }

    private static async Task<Shown> OpenAsync(string fragment, int more)
    {
        TempFolder folder = new();
        ApiToken token = ApiToken.Load(Path.Combine(folder.Path, "api.token"));
        LocalApi api = await LocalApi.StartAsync(
            IPAddress.Loopback, 0, token, new HostNames([]), new FakeInstance { Fleet = new FakeFleet(more) }, NullLoggerFactory.Instance, TimeProvider.System, default);
        Browser browser = await Browser.OpenAsync(api.NewDashboardUrl() + "&still");
        await browser.UntilAsync("document.getElementById('fleet-link').hidden === false");
        await browser.EvaluateAsync($"location.href = '{new Uri(api.Uri, "fleet.html?still" + fragment)}'");
        await browser.UntilAsync("document.getElementById('devices') !== null && document.getElementById('devices').textContent !== '–'");
        return new Shown(browser, api, folder);
    }

    private static Task PictureAsync(Browser browser, string name) =>
        Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCREENSHOT") is { } pictures ? browser.PictureAsync(Path.Combine(pictures, name)) : Task.CompletedTask;

    private sealed record Shown(Browser Browser, LocalApi Api, TempFolder Folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Browser.DisposeAsync();
            await Api.DisposeAsync();
            Folder.Dispose();
        }
    }
}
