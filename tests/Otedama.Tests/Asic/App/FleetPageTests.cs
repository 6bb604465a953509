using System.Net;
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
        string page = await OpenAsync("#device=aa:bb:cc:00:00:01");
        Assert.Contains("gamma-2", page, StringComparison.Ordinal);
        Assert.Contains("pays bc1qthief", page, StringComparison.Ordinal);
        Assert.Contains("3 of 4 devices of hall-2 do not answer", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("class=\"line rig\"", page, StringComparison.Ordinal);
        Assert.Contains("1 / 1", page, StringComparison.Ordinal);
        Assert.Contains("stratum+tcp://pool.example:3333", page, StringComparison.Ordinal);
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

    private static async Task<string> OpenAsync(string fragment)
    {
        using TempFolder folder = new();
        ApiToken token = ApiToken.Load(Path.Combine(folder.Path, "api.token"));
        await using LocalApi api = await LocalApi.StartAsync(
            IPAddress.Loopback, 0, token, new HostNames([]), new FakeInstance { Fleet = new FakeFleet() }, NullLoggerFactory.Instance, TimeProvider.System, default);
        await using Browser browser = await Browser.OpenAsync(api.NewDashboardUrl() + "&still");
        await browser.UntilAsync("document.getElementById('fleet-link').hidden === false");
        await browser.EvaluateAsync($"location.href = '{new Uri(api.Uri, "fleet.html?still" + fragment)}'");
        await browser.UntilAsync("document.querySelectorAll('#rate-chart .line').length > 0");
        if (Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCREENSHOT") is { } pictures)
        {
            await browser.PictureAsync(Path.Combine(pictures, "fleet.png"));
        }
        return (string?)await browser.EvaluateAsync("document.documentElement.outerHTML") ?? "";
    }
}
