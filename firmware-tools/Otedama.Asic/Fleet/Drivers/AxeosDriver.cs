using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Bitaxe and its kin over HTTP (ESP-Miner). Has no login: whoever is in the network can write to it. Only IPv4. Clock and
/// core voltage stay inside the options it lists unless the target is unlocked: the firmware itself takes any.
/// </summary>
public class AxeosDriver(FleetTransport transport) : FleetDriver(transport)
{
    public const string InfoPath = "/api/system/info";

    public override string Name => "axeos";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume | FleetAbilities.Locate
        | FleetAbilities.SetPools | FleetAbilities.SetClock | FleetAbilities.SetVoltage;

    public override FleetMatch? Recognise(FleetSigns signs)
    {
        if (Info(signs) is { } info && !AxeosReader.IsNerdQaxe(info))
        {
            return new FleetMatch(100, "Bitaxe", $"{InfoPath} answers with ASICModel") { Firmware = "ESP-Miner" };
        }
        if (signs.SystemInfo is null && signs.Mdns.ContainsKey("board") && signs.Mdns.ContainsKey("asic"))
        {
            return new FleetMatch(90, "Bitaxe", "its mDNS service names board and asic") { Firmware = "ESP-Miner" };
        }
        return signs.SystemInfo is null && signs.WebText?.Contains("<title>AxeOS", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(80, "Bitaxe", "its page is titled AxeOS") { Firmware = "ESP-Miner" } : null;
    }

    protected static JsonElement? Info(FleetSigns signs) =>
        signs.SystemInfo is { } text && TolerantJson.Read(Encoding.UTF8.GetBytes(text)).Root is { } info && info.Member("ASICModel") is not null ? info : null;

    protected override string At(FleetTarget target) => target.At(target.Ports.Web);

    protected override string Refusal(FleetTarget target, string at) =>
        $"{at}: it does not let this machine in. AxeOS answers only private IPv4 addresses (10/8, 172.16/12, 192.168/16).";

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        WebReply reply = await SendAsync(target, WebRequest.Get(InfoPath), cancel).ConfigureAwait(false);
        (JsonElement info, TolerantReply body) = Json(target, reply, InfoPath);
        if (info.Member("ASICModel", "hashRate", "macAddr") is null)
        {
            throw new FleetException(FleetFault.Malformed, At(target), $"{At(target)}: the reply to {InfoPath} has none of AxeOS's fields.");
        }
        JsonElement? asic = await AsicAsync(target, cancel).ConfigureAwait(false);
        ReadingFrame frame = new(Name, At(target), Transport.Clock.GetUtcNow());
        frame.Keep("info", SecretFilter.Clean(reply.Body, target.Credentials?.Password, target.Credentials?.Totp));
        return AxeosReader.Read(info, asic, frame, body.Repairs);
    }

    public override async Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel)
    {
        if (await AsicAsync(target, cancel).ConfigureAwait(false) is not { } asic)
        {
            return new FleetTuning();
        }
        return new FleetTuning
        {
            ClocksMhz = Numbers(asic.Member("frequencyOptions"), 1),
            DefaultClockMhz = asic.Number("defaultFrequency"),
            CoreVolts = Numbers(asic.Member("voltageOptions"), 1000),
            DefaultCoreVolts = asic.Number("defaultVoltage").Times(0.001),
        };
    }

    protected override async Task<FleetOutcome> CarryOutAsync(FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        switch (order)
        {
            case RestartOrder or RebootOrder:
                await PostAsync(target, "restart", cancel).ConfigureAwait(false);
                return Done($"{At(target)} restarts.");
            case PauseOrder:
                await PostAsync(target, "pause", cancel).ConfigureAwait(false);
                return Done($"{At(target)} paused mining.");
            case ResumeOrder:
                await PostAsync(target, "resume", cancel).ConfigureAwait(false);
                return Done($"{At(target)} mines again.");
            case LocateOrder { On: true }:
                await PostAsync(target, "identify", cancel).ConfigureAwait(false);
                return Done($"{At(target)} shows itself on its display for a while.");
            case LocateOrder:
                return new FleetOutcome(FleetResult.Already, $"{At(target)} stops showing itself on its own after a while.");
            case SetClockOrder clock:
                return await TuneAsync(target, "frequency", clock.Mhz, "MHz", static tuning => tuning.ClocksMhz, 1, cancel).ConfigureAwait(false);
            case SetVoltageOrder voltage:
                return await TuneAsync(target, "coreVoltage", voltage.Volts, "V", static tuning => tuning.CoreVolts, 1000, cancel).ConfigureAwait(false);
            case SetPoolsOrder pools:
                return await new AxeosPools(this, target).SetAsync(pools.Pools, cancel).ConfigureAwait(false);
            default:
                return new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
    }

    /// <summary>PATCH of settings; throws FleetException when it does not take them.</summary>
    internal async Task PatchAsync(FleetTarget target, JsonObject settings, CancellationToken cancel)
    {
        WebReply reply = await SendAsync(target, WebRequest.Json(HttpMethod.Patch, "/api/system", settings.ToJsonString()), cancel).ConfigureAwait(false);
        Check(target, reply, "PATCH /api/system");
    }

    internal async Task PutPoolAsync(FleetTarget target, int index, JsonObject? pool, CancellationToken cancel)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/api/system/pools/{index}");
        WebRequest request = pool is null ? new WebRequest(HttpMethod.Delete, path) : WebRequest.Json(HttpMethod.Put, path, pool.ToJsonString());
        Check(target, await SendAsync(target, request, cancel).ConfigureAwait(false), path);
    }

    /// <summary>POST /api/system/VERB; throws FleetException when it does not take it.</summary>
    internal async Task PostAsync(FleetTarget target, string verb, CancellationToken cancel) =>
        Check(target, await SendAsync(target, new WebRequest(HttpMethod.Post, $"/api/system/{verb}") { Body = Array.Empty<byte>() }, cancel).ConfigureAwait(false), verb);

    internal async Task<JsonElement> InfoAsync(FleetTarget target, CancellationToken cancel) =>
        Json(target, await SendAsync(target, WebRequest.Get(InfoPath), cancel).ConfigureAwait(false), InfoPath).Root;

    internal FleetWaits Waits => Transport.Waits;

    internal Task<bool> WaitAsync(Func<Task<bool>> isSo, double seconds, CancellationToken cancel) => UntilAsync(isSo, seconds, cancel);

    /// <summary>One request, IPv4 only, with what the device asks besides.</summary>
    public virtual async Task<WebReply> SendAsync(FleetTarget target, WebRequest request, CancellationToken cancel)
    {
        if (target.Address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new FleetException(
                FleetFault.Unsupported, At(target), $"{At(target)}: AxeOS judges only IPv4 addresses; give the device's IPv4 address.");
        }
        return await Transport.Http.SendAsync(target, request, cancel).ConfigureAwait(false);
    }

    private void Check(FleetTarget target, WebReply reply, string what)
    {
        if (reply.IsGood)
        {
            return;
        }
        string at = At(target);
        throw reply.Status switch
        {
            401 or 403 => new FleetException(FleetFault.Denied, at, Refusal(target, at)),
            404 or 405 => new FleetException(FleetFault.Unsupported, at, $"{at}: this firmware does not know {what}. A newer one may."),
            _ => new FleetException(
                FleetFault.Device, at,
                $"{at}: {what} was answered with HTTP {reply.Status}: {ReplyWords.Short(SecretFilter.Clean(reply.Body, target.Credentials?.Password))}"),
        };
    }

    private async Task<JsonElement?> AsicAsync(FleetTarget target, CancellationToken cancel)
    {
        WebReply reply = await SendAsync(target, WebRequest.Get("/api/system/asic"), cancel).ConfigureAwait(false);
        return reply.IsGood && TolerantJson.Read(reply.Body) is { Truncated: false, Root: { } root } ? root : null;
    }

    private async Task<FleetOutcome> TuneAsync(
        FleetTarget target, string key, double value, string unit, Func<FleetTuning, IReadOnlyList<double>> options, double factor, CancellationToken cancel)
    {
        string words = string.Create(CultureInfo.InvariantCulture, $"{value:0.####} {unit}");
        if (!double.IsFinite(value) || value <= 0 || value * factor > 65_535)
        {
            return new FleetOutcome(FleetResult.Refused, $"{At(target)}: {words} is no {key}.");
        }
        IReadOnlyList<double> listed = options(await TuningAsync(target, cancel).ConfigureAwait(false));
        if (!target.Unlocked && !listed.Any(one => Math.Abs(one - value) < 0.0005))
        {
            string allowed = listed.Count == 0
                ? "this firmware lists no options"
                : $"it lists {string.Join(", ", listed.Select(static one => one.ToString("0.####", CultureInfo.InvariantCulture)))} {unit}";
            return new FleetOutcome(FleetResult.Refused, $"{At(target)}: {words} is not among its options; {allowed}. Set unlocked for this device to leave them.");
        }
        JsonElement before = await InfoAsync(target, cancel).ConfigureAwait(false);
        double written = factor == 1 ? value : Math.Round(value * factor);
        if (before.Number(key) is double now && Math.Abs(now - written) < 0.0005)
        {
            return new FleetOutcome(FleetResult.Already, $"{At(target)} already has {words}.");
        }
        await PatchAsync(target, new JsonObject { [key] = written }, cancel).ConfigureAwait(false);
        double? read = (await InfoAsync(target, cancel).ConfigureAwait(false)).Number(key);
        return read is double after && Math.Abs(after - written) < 0.0005
            ? Done($"{At(target)} has {words}.")
            : new FleetOutcome(FleetResult.Failed, $"{At(target)}: {key} was written as {words} and is read back as {read?.ToString(CultureInfo.InvariantCulture) ?? "nothing"}.");
    }

    private static double[] Numbers(JsonElement? list, double divisor)
    {
        if (list is not { ValueKind: JsonValueKind.Array } array)
        {
            return [];
        }
        List<double> numbers = [];
        foreach (JsonElement item in array.EnumerateArray().Take(64))
        {
            // Some releases give {"name":"525 (default)","value":525}.
            if ((item.ValueKind == JsonValueKind.Object ? item.Number("value") : item.Number()) is double number)
            {
                numbers.Add(number / divisor);
            }
        }
        return [.. numbers];
    }
}
