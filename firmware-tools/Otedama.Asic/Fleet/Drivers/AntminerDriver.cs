using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Antminers with the maker's firmware: its web interface under digest where credentials are configured, else the
/// read-only
/// socket. Configuration is read, changed, written as a whole and compared; keys that were not there are not invented.
/// </summary>
public sealed class AntminerDriver(FleetTransport transport) : CgminerDriver(transport)
{
    private const int PoolsMax = 3;

    private static readonly string[] s_reads = ["version", "summary", "pools", "stats"];
    private static readonly string[] s_modes = ["normal", "sleep", "low"];
    private static readonly string[] s_modeNumbers = ["0", "1", "3"];

    public override string Name => "antminer";

    public override FleetAbilities Abilities =>
        FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume | FleetAbilities.Locate
            | FleetAbilities.SetPools | FleetAbilities.SetMode;

    protected override IReadOnlyList<string> Reads => s_reads;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.WebRealm?.StartsWith("antMiner", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(70, "Antminer", "its page asks for a password of the realm antMiner")
            {
                Firmware = "stock"
            }
            : signs.Version?.Contains("ANTMINER", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(60, "Antminer", "its version names Antminer") { Firmware = "stock" } : null;

    public override async Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel)
    {
        JsonElement conf = (await GetAsync(target, "get_miner_conf", cancel)).Root;
        int index = Array.IndexOf(s_modeNumbers, conf.Text("miner-mode", "bitmain-work-mode"));
        return new FleetTuning { Modes = s_modes, Mode = index >= 0 ? s_modes[index] : null };
    }

    protected override string Key => "its user and password";

    protected override int PoolsMost => PoolsMax;

    protected override string At(FleetTarget target) => target.At(target.Ports.Web);

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        ReadingFrame frame = new(Name, At(target), Transport.Clock.GetUtcNow());
        Dictionary<string, CgminerReply> replies = [];
        JsonElement? system = null;
        int repairs = 0;
        if (target.Credentials is not null)
        {
            (system, repairs, string text) = await GetAsync(target, "get_system_info", cancel);
            frame.Keep("get_system_info", text);
            foreach (string page in (string[])["summary", "stats", "pools"])
            {
                try
                {
                    (JsonElement root, int more, string shown) = await GetAsync(target, page, cancel);
                    replies[page] = new CgminerReply(page, new TolerantReply { Root = root, Repairs = more }, shown);
                }
                catch (FleetException e) when (
                    e.Fault is FleetFault.Unsupported or FleetFault.Malformed or FleetFault.Device)
                {
                    // Older pages have other names; the socket tells the rest.
                }
            }
        }
        if (replies.Count < 3)
        {
            await AddSocketAsync(target, replies, system is not null, cancel);
        }
        return AntminerReader.Read(system, replies, frame, repairs);
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        switch (order)
        {
            case RebootOrder:
                WebReply reboot = await SendAsync(target, WebRequest.Get(Path("reboot")), cancel);
                return reboot.Status is 401 or 403 ? new FleetOutcome(FleetResult.Denied, Refusal(target, At(target)))
                    : reboot.IsGood ? Done($"{At(target)} reboots.")
                    : new FleetOutcome(FleetResult.Failed,
                        $"{At(target)}: reboot was answered with HTTP {reboot.Status}.");
            case LocateOrder locate:
                await PostAsync(target, "blink", new JsonObject { ["blink"] = locate.On }, cancel);
                return Done($"{At(target)} {(locate.On ? "blinks" : "blinks no more")}.");
            case PauseOrder:
                return await ModeAsync(target, "sleep", cancel);
            case ResumeOrder:
                return await ModeAsync(target, "normal", cancel);
            case SetModeOrder mode:
                return await ModeAsync(target, mode.Mode, cancel);
            case SetPoolsOrder pools:
                return await PoolsAsync(target, pools.Pools, cancel);
            default:
                return new FleetOutcome(FleetResult.Unsupported,
                    $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
    }

    private async Task AddSocketAsync(
        FleetTarget target, Dictionary<string, CgminerReply> replies, bool hasWeb, CancellationToken cancel)
    {
        try
        {
            foreach ((string command, CgminerReply reply) in await AskAllAsync(target, cancel))
            {
                replies.TryAdd(command, reply);
            }
        }
        catch (FleetException) when (hasWeb)
        {
            // The web interface answered: the device is there, its mining program is not.
        }
    }

    private async Task<FleetOutcome> ModeAsync(FleetTarget target, string mode, CancellationToken cancel)
    {
        int index = Array.IndexOf(s_modes, mode);
        if (index < 0)
        {
            return new FleetOutcome(FleetResult.Refused,
                $"{At(target)}: {ReplyWords.Short(mode)} is no mode; they are {string.Join(", ", s_modes)}.");
        }
        JsonObject conf = await ConfAsync(target, cancel);
        string? key = conf.ContainsKey("miner-mode") ? "miner-mode" : conf.ContainsKey("bitmain-work-mode")
            ? "bitmain-work-mode" : null;
        if (key is null)
        {
            return new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: its configuration has no mode of work.");
        }
        if (Masked(conf) is { } masked)
        {
            return new FleetOutcome(FleetResult.Refused, $"{At(target)}: {masked}");
        }
        string now = conf[key]?.ToString() ?? "";
        if (now == s_modeNumbers[index])
        {
            return new FleetOutcome(FleetResult.Already, $"{At(target)} is in mode {mode}.");
        }
        // Numbers stay numbers and strings strings: the device reads only what it wrote.
        conf[key] = conf[key] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? int.Parse(s_modeNumbers[index], CultureInfo.InvariantCulture) : s_modeNumbers[index];
        string? wrong = await WriteAsync(target, conf, cancel);
        return wrong is null ? Done($"{At(target)} is in mode {mode}.")
            : new FleetOutcome(FleetResult.Failed, $"{At(target)}: {wrong}");
    }

    private async Task<FleetOutcome> PoolsAsync(
        FleetTarget target, IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        List<string> steps = [];
        JsonObject before = await ConfAsync(target, cancel);
        JsonObject wanted = (JsonObject)before.DeepClone();
        JsonArray list = [];
        for (int i = 0; i < PoolsMax; i++)
        {
            list.Add((JsonNode)new JsonObject
            {
                ["url"] = i < pools.Count ? pools[i].Url : "",
                ["user"] = i < pools.Count ? pools[i].User : "",
                ["pass"] = i < pools.Count ? pools[i].Password.Reveal() : "",
            });
        }
        wanted["pools"] = list;
        if (await WriteAsync(target, wanted, cancel) is { } wrong)
        {
            return new FleetOutcome(FleetResult.Failed, $"{At(target)}: {wrong}");
        }
        steps.Add($"wrote {string.Join(", ", pools.Select(static pool => pool.Url))}");
        bool alive = await UntilAsync(
            async () => await IsAliveAsync(target, pools[0], cancel),
            Transport.Waits.PoolAliveAfterRestart.TotalSeconds, cancel);
        if (alive)
        {
            return new FleetOutcome(FleetResult.Done, $"{At(target)} mines on {pools[0].Url} as {pools[0].User}.")
            {
                Steps = steps
            };
        }
        if (Masked(before) is not null)
        {
            return new FleetOutcome(
                FleetResult.Failed, $"{At(target)}: {pools[0].Url} did not come alive in "
                    + $"{Transport.Waits.PoolAliveAfterRestart.TotalSeconds:0} s, and what was before cannot be put "
                    + $"back: it showed its passwords as asterisks.")
            { Steps = steps };
        }
        string? back = await WriteAsync(target, before, cancel);
        steps.Add(back is null ? "put back the configuration of before"
            : "could not put back the configuration of before");
        return new FleetOutcome(
            FleetResult.Failed, $"{At(target)}: {pools[0].Url} did not come alive in "
                + $"{Transport.Waits.PoolAliveAfterRestart.TotalSeconds:0} s. "
                + $"{(back is null ? "Its configuration is as it was." : back)}")
        { Steps = steps, RolledBack = back is null };
    }

    private async Task<bool> IsAliveAsync(FleetTarget target, FleetPool pool, CancellationToken cancel)
    {
        Dictionary<string, CgminerReply> replies = [];
        (JsonElement root, int _, string _) = await GetAsync(target, "pools", cancel);
        replies["pools"] = new CgminerReply("pools", new TolerantReply { Root = root }, "");
        return CgminerReader.Pools(replies).Any(
            one => PoolUrl.Same(one.Url, pool.Url) && one.User == pool.User
            && "alive".Equals(one.Status, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Writes the whole configuration and compares it after 5 s; null = it is so, else why not.</summary>
    private async Task<string?> WriteAsync(FleetTarget target, JsonObject conf, CancellationToken cancel)
    {
        JsonElement answer = await PostAsync(target, "set_miner_conf", conf, cancel);
        if (answer.Text("stats") is { } stats && stats != "success")
        {
            return $"it did not take the configuration: {ReplyWords.Short(answer.Text("msg", "code") ?? stats)}";
        }
        await DelayAsync(Transport.Waits.Compare.TotalSeconds, cancel);
        JsonObject read = await ConfAsync(target, cancel);
        foreach ((string key, JsonNode? value) in conf)
        {
            if (!Same(key, value, read[key]))
            {
                return $"{key} was written and is read back otherwise.";
            }
        }
        return null;
    }

    private static bool Same(string key, JsonNode? written, JsonNode? read)
    {
        if (key != "pools")
        {
            return string.Equals(written?.ToString(), read?.ToString(), StringComparison.Ordinal);
        }
        return written is JsonArray a && read is JsonArray b && a.Count <= Math.Max(b.Count, PoolsMax)
            && a.Zip(b).All(static pair =>
            pair.First?["url"]?.ToString() == pair.Second?["url"]?.ToString()
                && pair.First?["user"]?.ToString() == pair.Second?["user"]?.ToString());
    }

    /// <summary>Why a configuration may not be written back: its passwords are not what they are.</summary>
    private static string? Masked(JsonObject conf) =>
        conf["pools"] is JsonArray pools
        && pools.Any(static pool => pool?["pass"]?.ToString() is { Length: > 1 } pass && pass.All(static c => c == '*'))
        ? "it shows the passwords of its pools as asterisks, so its configuration cannot be written back without "
            + "changing them. Set its pools first." : null;

    private async Task<JsonObject> ConfAsync(FleetTarget target, CancellationToken cancel)
    {
        JsonElement root = (await GetAsync(target, "get_miner_conf", cancel)).Root;
        return JsonObject.Create(root)
            ?? throw new FleetException(
            FleetFault.Malformed, At(target), $"{At(target)}: get_miner_conf is no object.");
    }

    private async Task<(JsonElement Root, int Repairs, string Text)> GetAsync(
        FleetTarget target, string page, CancellationToken cancel)
    {
        WebReply reply = await SendAsync(target, WebRequest.Get(Path(page)), cancel);
        (JsonElement root, TolerantReply body) = Json(target, reply, page);
        return (root, body.Repairs, SecretFilter.Clean(reply.Body, target.Credentials?.Password));
    }

    private async Task<JsonElement> PostAsync(
        FleetTarget target, string page, JsonObject body, CancellationToken cancel)
    {
        WebRequest request = WebRequest.Json(HttpMethod.Post, Path(page), WhatsminerToken.Relaxed(body)) with
        {
            Within = TimeSpan.FromSeconds(15)
        };
        WebReply reply = await SendAsync(target, request, cancel);
        return Json(target, reply, page).Root;
    }

    private Task<WebReply> SendAsync(FleetTarget target, WebRequest request, CancellationToken cancel) =>
        Transport.Http.SendAsync(target, request with { Digest = true }, cancel);

    private static string Path(string page) => $"/cgi-bin/{page}.cgi";
}
