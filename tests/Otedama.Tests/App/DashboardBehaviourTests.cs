using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>The page in a browser, live: who uses a keyboard, a phone, a screen reader or weak eyes can use it too.</summary>
public sealed class DashboardBehaviourTests : IAsyncDisposable
{
    /// <summary>Every visible text whose contrast to what lies behind it is below WCAG AA, as "ratio text".</summary>
    private const string WeakTexts = """
        (() => {
          const rgba = (c) => { const [r, g, b, a = 1] = c.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
          const light = ({ r, g, b }) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = (e) => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c.a > 0.99) return c; } return { r: 255, g: 255, b: 255 }; };
          const weak = [];
          for (const e of document.querySelectorAll("body *")) {
            const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
            if (!own || !e.checkVisibility({ visibilityProperty: true }) || e.closest("caption")) continue;
            const style = getComputedStyle(e), colour = rgba(e instanceof SVGElement ? style.fill : style.color);
            const [a, b] = [light(colour), light(behind(e))].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
            if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) weak.push(`${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 40)}`);
          }
          return weak.join("; ");
        })()
        """;

    /// <summary>Every visible thing that a screen reader would announce without a name.</summary>
    private const string Nameless = """
        [...document.querySelectorAll("button, svg[role=img], table, [role=group]")].filter((e) => e.checkVisibility())
          .filter((e) => !(e.getAttribute("aria-label") || (e.caption ?? e).textContent.trim())).map((e) => e.outerHTML.slice(0, 80)).join("; ")
        """;

    /// <summary>What is wider than the page, or is cut off in a box of its own.</summary>
    private const string Cut = """
        [document.documentElement, ...document.querySelectorAll(".card, .table, .figures article, td, dd")].filter((e) => e.checkVisibility())
          .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0).map((e) => `${e.tagName} ${e.id} ${e.scrollWidth} > ${e.clientWidth}`).join("; ")
        """;

    private readonly TempFolder _folder = new();
    private LocalApi? _api;

    public DashboardBehaviourTests() =>
        Assert.SkipWhen(Chromium.Path is null, "no chromium on this machine; install it with: apt-get install chromium");

    [Theory]
    [InlineData("en", "light")]
    [InlineData("ja", "light")]
    [InlineData("en", "dark")]
    [InlineData("ja", "dark")]
    public async Task At_every_width_everything_is_readable_and_has_a_name(string language, string theme)
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance()) + "&still", language);
        Assert.Equal(language, await TextAsync(page, "document.documentElement.lang"));
        if (await TextAsync(page, "document.documentElement.dataset.theme") != theme)
        {
            await page.EvaluateAsync("document.getElementById('theme').click()");
        }
        Assert.Equal(theme, await TextAsync(page, "document.documentElement.dataset.theme"));
        foreach (int width in (int[])[320, 390, 1440])
        {
            await page.SetWidthAsync(width);
            await PictureAsync(page, $"{width}-{language}-{theme}");
            Assert.Equal("", await TextAsync(page, Cut));
            Assert.Equal("", await TextAsync(page, WeakTexts));
            Assert.Equal("", await TextAsync(page, Nameless));
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Several_rigs_and_pools_are_listed_and_one_of_each_is_looked_at(string language)
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance { Several = true }));
        if (await TextAsync(page, "document.documentElement.lang") != language)
        {
            await page.EvaluateAsync("document.getElementById('language').click()");
        }
        foreach (int width in (int[])[320, 390, 1440])
        {
            await page.SetWidthAsync(width);
            await PictureAsync(page, $"several-{width}-{language}");
            Assert.Equal("", await TextAsync(page, Cut));
            Assert.Equal("", await TextAsync(page, WeakTexts));
            Assert.Equal("", await TextAsync(page, Nameless));
        }
        Assert.Equal("4", await TextAsync(page, "String(document.querySelectorAll('#parts-table tbody tr').length)"));
        Assert.Contains("garage", await TextAsync(page, "document.getElementById('miners-table').textContent"));
        await page.EvaluateAsync("document.querySelectorAll('#pools button')[1].click(); document.querySelectorAll('#rigs button')[1].click()");
        await page.UntilAsync("document.getElementById('miners-table').textContent.includes('barn')");
        Assert.Equal("91", await TextAsync(page, "document.getElementById('accepted').textContent"));
        Assert.Equal("12.4 kH/s", await TextAsync(page, "document.getElementById('hashrate').textContent"));
        Assert.Contains("attic", await TextAsync(page, "document.getElementById('mining').textContent"));
        Assert.DoesNotContain("garage", await TextAsync(page, "document.getElementById('miners-table').textContent"));
    }

    [Theory]
    [InlineData("en", "light")]
    [InlineData("ja", "dark")]
    public async Task A_share_chain_is_drawn_and_the_keyboard_walks_along_it(string language, string theme)
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance { HasChain = true }) + "&still", language);
        if (await TextAsync(page, "document.documentElement.dataset.theme") != theme)
        {
            await page.EvaluateAsync("document.getElementById('theme').click()");
        }
        foreach (int width in (int[])[320, 390, 1440])
        {
            await page.SetWidthAsync(width);
            await PictureAsync(page, $"chain-{width}-{language}-{theme}");
            Assert.Equal("", await TextAsync(page, Cut));
            Assert.Equal("", await TextAsync(page, WeakTexts));
            Assert.Equal("", await TextAsync(page, Nameless));
        }
        Assert.Equal("60", await TextAsync(page, "String(document.querySelectorAll('#chain-chart .bead.main').length)"));
        Assert.Equal("5", await TextAsync(page, "String(document.querySelectorAll('#peer-chart .peer').length)"));
        string[] names = (await TextAsync(page, "[...document.querySelectorAll('#peer-chart .peer-name')].map((n) => n.textContent).join('|')")).Split('|');
        Assert.Equal(["DE · 12 ms", "FR · 31 ms", "us-east · 96 ms", "JP · 160 ms"], names);
        Assert.Equal("NL", await TextAsync(page, "document.querySelector('#peer-chart .here-name').textContent"));
        Assert.Equal("1", await TextAsync(page, "String(document.querySelectorAll('#peer-chart .peer.new').length)"));
        Assert.Equal("0.2 OTE", await TextAsync(page, "document.getElementById('chain-expected').textContent"));
        Assert.Contains("48,213", await TextAsync(page, "document.getElementById('chain-detail').textContent"));
        await page.EvaluateAsync("document.getElementById('chain-chart').focus()");
        await page.EvaluateAsync("for (let i = 0; i < 3; i++) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }))");
        Assert.Contains("48,210", await TextAsync(page, "document.getElementById('chain-detail').textContent"));
        Assert.Contains("bcrt1qw508", await TextAsync(page, "document.getElementById('chain-detail').textContent")); // a share of ours
        Assert.False(await TrueAsync(page, "document.getElementById('payouts-table').checkVisibility()")); // of the ledger
        Assert.Equal("540", await TextAsync(page, "document.getElementById('chain-progress').textContent.match(/\\b540\\b/)[0]"));
    }

    /// <summary>They come and go while the page is open, and what they name is text.</summary>
    [Theory]
    [InlineData("en")]
    [InlineData("ja")]
    public async Task Alarms_of_a_share_chain_are_shown_while_there_are_some(string language)
    {
        FakeInstance instance = new() { HasChain = true };
        await using Browser page = await Browser.OpenAsync(await StartAsync(instance), language);
        await page.UntilAsync("document.getElementById('chain-progress').textContent.includes('540')"); // the chain is drawn
        Assert.False(await TrueAsync(page, "document.getElementById('chain-alarms').checkVisibility()"));
        instance.Alarms =
        [
            new ChainAlarmView("withholding", $"{FakeChain.Ours} has found 0 blocks where its work finds 14.1"),
            new ChainAlarmView("uncles", "<b>21</b> of 108 shares are uncles"),
        ];
        await page.UntilAsync("document.getElementById('chain-alarms').checkVisibility()");
        Assert.Equal($"{FakeChain.Ours} has found 0 blocks where its work finds 14.1; <b>21</b> of 108 shares are uncles",
            await TextAsync(page, "document.getElementById('chain-alarms').textContent"));
        foreach (int width in (int[])[320, 1440])
        {
            await page.SetWidthAsync(width);
            Assert.Equal("", await TextAsync(page, Cut));
            Assert.Equal("", await TextAsync(page, WeakTexts));
        }
        instance.Alarms = [];
        await page.UntilAsync("!document.getElementById('chain-alarms').checkVisibility()");
    }

    [Fact]
    public async Task One_rig_and_one_pool_need_no_choice()
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance()) + "&still");
        Assert.False(await TrueAsync(page, "document.getElementById('parts').checkVisibility()"));
    }

    [Fact]
    public async Task The_keyboards_focus_stays_where_it_is_while_figures_change()
    {
        FakeInstance instance = new();
        await using Browser page = await Browser.OpenAsync(await StartAsync(instance));
        await page.EvaluateAsync("document.querySelectorAll('#ranges button')[1].focus()");
        for (int turn = 1; turn <= 3; turn++)
        {
            instance.Uptime = 1300 + (turn * 600);
            await page.UntilAsync($"document.getElementById('subtitle').textContent.includes('{(1300 + (turn * 600)) / 60} min')");
        }
        Assert.True(await TrueAsync(page, "document.activeElement === document.querySelectorAll('#ranges button')[1]"));
        await page.EvaluateAsync("document.activeElement.click()");
        Assert.Equal("true", await TextAsync(page, "document.activeElement.getAttribute('aria-pressed')"));
        await page.EvaluateAsync("document.getElementById('mining').focus(); document.getElementById('mining').click()");
        await page.UntilAsync("document.getElementById('mining').textContent === 'Start mining'");
        Assert.True(await TrueAsync(page, "document.activeElement.id === 'mining'"));
        Assert.Equal("0 H/s", await TextAsync(page, "document.getElementById('hashrate').textContent"));
    }

    [Fact]
    public async Task A_pool_without_a_rig_has_no_button_for_one()
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance { HasRig = false }) + "&still");
        Assert.False(await TrueAsync(page, "document.getElementById('mining').checkVisibility()"));
        Assert.False(await TrueAsync(page, "document.getElementById('workers-table').checkVisibility()"));
        Assert.True(await TrueAsync(page, "document.getElementById('miners-table').checkVisibility()"));
    }

    [Fact]
    public async Task A_rig_without_a_pool_shows_its_upstreams_and_why_it_earns_nothing()
    {
        FakeInstance instance = new() { HasPool = false, Problem = "pool.example:3333 refused the login: unknown user" };
        await using Browser page = await Browser.OpenAsync(await StartAsync(instance) + "&still");
        await page.SetWidthAsync(1440);
        await PictureAsync(page, "rig");
        Assert.Contains("refused the login: unknown user", await TextAsync(page, "document.getElementById('notice').textContent"));
        Assert.True(await TrueAsync(page, "document.getElementById('notice').checkVisibility()"));
        Assert.True(await TrueAsync(page, "document.getElementById('upstreams-table').checkVisibility()"));
        foreach (string id in (string[])["blocks", "miners", "payouts-table", "miners-table", "block-chart"])
        {
            Assert.False(await TrueAsync(page, $"document.getElementById('{id}').checkVisibility()"), id);
        }
        Assert.Contains("low difficulty", await TextAsync(page, "document.getElementById('refusals-table').textContent"));
    }

    [Fact]
    public async Task Figures_of_an_instance_that_ended_do_not_look_alive()
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance()));
        Assert.False(await TrueAsync(page, "document.querySelector('main').classList.contains('late')"));
        await _api!.DisposeAsync();
        _api = null;
        await page.UntilAsync("document.querySelector('main').classList.contains('late')");
        Assert.Contains("Connection to otedama lost", await TextAsync(page, "document.getElementById('notice').textContent"));
        Assert.Contains("connection lost", await TextAsync(page, "document.title"));
    }

    [Fact]
    public async Task A_lucky_first_share_does_not_rule_the_axis()
    {
        await using Browser page = await Browser.OpenAsync(await StartAsync(new FakeInstance { Spike = 9e12 }) + "&still");
        await page.EvaluateAsync("document.querySelectorAll('#ranges button')[2].click()");
        string ticks = await TextAsync(page, "[...document.querySelectorAll('#rate-chart .tick')].map((e) => e.textContent).join()");
        Assert.Contains("MH/s", ticks);
        Assert.DoesNotContain("TH/s", ticks);
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }
        _folder.Dispose();
    }

    private async Task<string> StartAsync(FakeInstance instance)
    {
        ApiToken token = ApiToken.Load(Path.Combine(_folder.Path, "api.token"));
        _api = await LocalApi.StartAsync(IPAddress.Loopback, 0, token, new HostNames([]), instance, NullLoggerFactory.Instance, TimeProvider.System, default);
        return _api.NewDashboardUrl();
    }

    /// <summary>Pictures for whoever changes the page: set OTEDAMA_TEST_SCREENSHOT to a folder.</summary>
    private static async Task PictureAsync(Browser page, string name)
    {
        if (Environment.GetEnvironmentVariable("OTEDAMA_TEST_SCREENSHOT") is { } folder)
        {
            await page.PictureAsync(Path.Combine(folder, name + ".png"));
        }
    }

    private static async Task<string> TextAsync(Browser page, string expression) => (await page.EvaluateAsync(expression))?.GetValue<string>() ?? "";

    private static async Task<bool> TrueAsync(Browser page, string expression) => (await page.EvaluateAsync(expression))!.GetValue<bool>();
}
