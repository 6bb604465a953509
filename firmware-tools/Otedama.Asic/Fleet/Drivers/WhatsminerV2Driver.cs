using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Whatsminer with the interface of version 2: read in clear on the cgminer port, written encrypted under a token. Its
/// owner
/// has to switch writing on with the vendor's tool; this driver unlocks nothing and asks nobody else for help.
/// </summary>
public sealed class WhatsminerV2Driver(FleetTransport transport) : CgminerDriver(transport)
{
    /// <summary>Remembered tokens; when full they are asked for anew.</summary>
    private const int TokensMax = 4096;

    /// <summary>They live for 30 minutes and a machine gets 32 of them.</summary>
    private static readonly TimeSpan s_tokenLife = TimeSpan.FromMinutes(25);
    private static readonly string[] s_reads = ["summary", "pools", "edevs", "devdetails"];
    private static readonly string[] s_modes = ["low", "normal", "high"];

    private readonly Lock _gate = new();
    private readonly Dictionary<(IPEndPoint Device, string Secret), (
        WhatsminerToken Token, DateTimeOffset Until)> _tokens = [];

    public override string Name => "whatsminer-v2";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume
            | FleetAbilities.Locate | FleetAbilities.SetPools
        | FleetAbilities.SetMode | FleetAbilities.SetPower;

    protected override string Key => "the password of its admin";

    protected override int PoolsMost => WhatsminerPools.PoolsMax;

    protected override IReadOnlyList<string> Reads => s_reads;

    public override FleetMatch? Recognise(FleetSigns signs)
    {
        string text = $"{signs.Version} {signs.DevDetails}";
        return text.Contains("BTMINER", StringComparison.OrdinalIgnoreCase)
            || text.Contains("BITMICRO", StringComparison.OrdinalIgnoreCase)
            ? new FleetMatch(80, "Whatsminer", "its version names btminer") { Firmware = "stock" }
            : signs is { WebStatus: 307, WebLocation: { } to }
                && to.StartsWith("https", StringComparison.OrdinalIgnoreCase) && signs.Version is not null
            ? new FleetMatch(60, "Whatsminer", "its page leads to https and its API answers") { Firmware = "stock" }
                : null;
    }

    public override async Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel)
    {
        CgminerReply reply = await Transport.Cgminer.AskAsync(target, "summary", null, cancel);
        JsonElement? summary = reply.First("SUMMARY");
        return new FleetTuning
        {
            Modes = s_modes,
            Mode = summary?.Text("Power Mode")?.ToLowerInvariant(),
            MaxWatts = summary?.Number("Power Limit").Positive(),
            TakesPercent = true,
        };
    }

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        Dictionary<string, CgminerReply> replies = new(await Transport.Cgminer.AskAllAsync(target, Reads, cancel));
        foreach (string command in (string[])["get_miner_info", "get_version", "status"])
        {
            try
            {
                replies[command] = await Transport.Cgminer.AskAsync(target, command, null, cancel);
            }
            catch (FleetException)
            {
                // Not every version has each of them.
            }
        }
        // While its boards are off it has no summary; its other replies say that it is there.
        if (CgminerLook.Problem(replies) is var (fault, problem) && (fault != FleetFault.Device
            || !replies.Values.Any(static reply => reply.Status is { IsGood: true })))
        {
            throw new FleetException(fault, At(target), $"{At(target)}: {problem}");
        }
        return WhatsminerReader.ReadV2(replies, new ReadingFrame(Name, At(target), Transport.Clock.GetUtcNow()));
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        switch (order)
        {
            case RestartOrder:
                return await WriteAsync(target, "restart_btminer", null, "restarts its mining program", cancel);
            case RebootOrder:
                return await WriteAsync(target, "reboot", null, "reboots", cancel);
            case PauseOrder:
                return await WriteAsync(target, "power_off", new JsonObject { ["respbefore"] = "true" },
                    "switches its boards off", cancel);
            case ResumeOrder:
                return await WriteAsync(target, "power_on", null, "switches its boards on", cancel);
            case LocateOrder { On: true }:
                JsonObject light = new() { ["color"] = "red", ["period"] = 200, ["duration"] = 100, ["start"] = 0 };
                return await WriteAsync(target, "set_led", light, "blinks red", cancel);
            case LocateOrder:
                return await WriteAsync(target, "set_led", new JsonObject { ["param"] = "auto" }, "blinks no more",
                    cancel);
            case SetModeOrder mode:
                return s_modes.Contains(mode.Mode)
                    ? await WriteAsync(target, $"set_{mode.Mode}_power", null,
                        $"goes to {mode.Mode} power, which restarts mining", cancel)
                    : new FleetOutcome(FleetResult.Refused,
                        $"{At(target)}: {ReplyWords.Short(mode.Mode)} is no mode; they are low, normal and high.");
            case SetPowerOrder power:
                return await PowerAsync(target, power, cancel);
            case SetPoolsOrder pools:
                return await PoolsAsync(target, pools.Pools, cancel);
            default:
                return new FleetOutcome(FleetResult.Unsupported,
                    $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
    }

    private async Task<FleetOutcome> PowerAsync(FleetTarget target, SetPowerOrder power, CancellationToken cancel)
    {
        if (power.Percent is double percent)
        {
            return percent is < 10 or > 100
                ? new FleetOutcome(FleetResult.Refused, $"{At(target)}: {power.Words}: 10 to 100 % are allowed.")
                : await WriteAsync(target, "set_power_pct", new JsonObject { ["percent"] = Text(Math.Round(percent)) },
                    "adjusts its power", cancel);
        }
        return power.Watts is double watts and >= 100 and <= 99_999
            ? await WriteAsync(target, "adjust_power_limit",
                new JsonObject { ["power_limit"] = Text(Math.Round(watts)) }, "takes the limit and restarts mining",
                cancel)
            : new FleetOutcome(FleetResult.Refused, $"{At(target)}: {power.Words}: 100 to 99,999 W are allowed.");
    }

    private async Task<FleetOutcome> PoolsAsync(
        FleetTarget target, IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        return await new WhatsminerPools(At(target), Transport)
        {
            Read = async () => CgminerReader.Pools(new Dictionary<string, CgminerReply>
            {
                ["pools"] = await Transport.Cgminer.AskAsync(target, "pools", null, cancel),
            }),
            Write = list => WriteAsync(target, "update_pools", WhatsminerPools.V2(list), "takes the pools", cancel),
        }.SetAsync(pools, cancel);
    }

    /// <summary>One encrypted command; with a new token once when the old one is no longer taken.</summary>
    private async Task<FleetOutcome> WriteAsync(
        FleetTarget target, string command, JsonObject? parameters, string done, CancellationToken cancel)
    {
        IPEndPoint device = new(target.Address, target.Ports.Api);
        for (int tries = 0; ; tries++)
        {
            WhatsminerToken token = await TokenAsync(target, device, target.Credentials!, tries > 0, cancel);
            ApiRawReply raw = await Transport.Sockets.AskAsync(device, token.Wrap(command, parameters), cancel);
            CgminerStatus? status = Open(raw.Bytes, token);
            if (status?.Code == 135 && tries == 0)
            {
                continue;
            }
            return Judge(target, command, status, done);
        }
    }

    /// <summary>The key of what is written, for what is no single request. Throws FleetException.</summary>
    internal Task<WhatsminerToken> TokenAsync(FleetTarget target, CancellationToken cancel) => target.Credentials
        is { } credentials
        ? TokenAsync(target, new IPEndPoint(target.Address, target.Ports.Api), credentials, true, cancel)
        : throw new FleetException(
        FleetFault.Denied, At(target),
        $"{At(target)}: writing needs the password of its admin and none is configured.");

    internal static CgminerStatus? Open(byte[] reply, WhatsminerToken token)
    {
        JsonElement? root = TolerantJson.Read(reply).Root;
        if (root?.Text("enc") is not null && root.Value.Member("enc") is { ValueKind: JsonValueKind.String } data
            && token.Decrypt(data.GetString()!) is { } plain)
        {
            root = TolerantJson.Read(Encoding.UTF8.GetBytes(plain)).Root;
        }
        return CgminerStatus.Of(root);
    }

    private FleetOutcome Judge(FleetTarget target, string command, CgminerStatus? status, string done) => status switch
    {
        null => new FleetOutcome(
            FleetResult.Unknown, $"{At(target)}: {command} was answered with something that cannot be read."),
        { Code: 131 } => Done($"{At(target)} {done}."),
        { Code: 45 } => new FleetOutcome(
            FleetResult.Denied, $"{At(target)}: it does not allow writing. Enable its API and change the default "
                + $"password with the vendor's tool, then try again."),
        { Code: 135 } => new FleetOutcome(
            FleetResult.Denied, $"{At(target)}: it does not take the configured password (code 135)."),
        { Code: 136 } => new FleetOutcome(
            FleetResult.Denied, $"{At(target)}: it has given out too many tokens (code 136). They lapse after 30 "
            + $"minutes."),
        { Code: 14 } => new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: it does not know {command}."),
        _ => new FleetOutcome(FleetResult.Failed, $"{At(target)}: {command}: {ReplyWords.Short(status.ToString())}"),
    };

    private async Task<WhatsminerToken> TokenAsync(
        FleetTarget target, IPEndPoint device, FleetCredentials credentials, bool anew, CancellationToken cancel)
    {
        (IPEndPoint, string) key = (device, credentials.Password.Reveal());
        DateTimeOffset now = Transport.Clock.GetUtcNow();
        lock (_gate)
        {
            if (!anew && _tokens.TryGetValue(key, out (WhatsminerToken Token, DateTimeOffset Until) kept)
                && kept.Until > now)
            {
                return kept.Token;
            }
        }
        CgminerReply reply = await Transport.Cgminer.AskAsync(target, "get_token", null, cancel);
        JsonElement? message = reply.Root?.Member("Msg");
        if (message?.Text("salt") is not { } salt || message?.Text("newsalt") is not { } newSalt
            || message?.Text("time") is not { } time)
        {
            string why = reply.Status?.Code == 136
                ? "it has given out too many tokens (code 136); they lapse after 30 minutes"
                : $"it gave no token: {ReplyWords.Short(reply.Status?.ToString())}";
            throw new FleetException(FleetFault.Denied, At(target), $"{At(target)}: {why}.");
        }
        WhatsminerToken token = WhatsminerToken.Of(credentials.Password, salt, newSalt, time);
        lock (_gate)
        {
            if (_tokens.Count >= TokensMax)
            {
                _tokens.Clear();
            }
            _tokens[key] = (token, now + s_tokenLife);
        }
        return token;
    }

    private static string Text(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
