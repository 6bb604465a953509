using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Whatsminer with the interface of version 3 (port 4433): lengths before messages, a token for each command that
/// writes.
/// </summary>
public sealed class WhatsminerV3Driver(FleetTransport transport) : FleetDriver(transport)
{
    private static readonly string[] s_modes = ["low", "normal", "high"];

    public override string Name => "whatsminer-v3";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume
            | FleetAbilities.Locate | FleetAbilities.SetPools
        | FleetAbilities.SetMode | FleetAbilities.SetPower;

    public override FleetMatch? Recognise(FleetSigns signs) => signs.WhatsminerV3 is not null
        ? new FleetMatch(95, "Whatsminer", "its port 4433 answers get.device.info") { Firmware = "stock" } : null;

    public override async Task<FleetTuning> TuningAsync(FleetTarget target, CancellationToken cancel)
    {
        JsonElement? device = (await GetAsync(target, "get.device.info", null, cancel)).Message;
        JsonElement? status = (await GetAsync(target, "get.miner.status", "summary", cancel)).Message;
        int? mode = device?.Member("power")?.Integer("mode");
        return new FleetTuning
        {
            Modes = s_modes,
            Mode = mode is >= 0 and < 3 ? s_modes[mode.Value] : null,
            TakesPercent = true,
            MaxWatts = status?.Member("summary")?.Number("power-limit").Positive(),
        };
    }

    protected override string Key => "an account (super, user1) with its password";

    protected override int PoolsMost => WhatsminerPools.PoolsMax;

    protected override string At(FleetTarget target) => target.At(target.Ports.WhatsminerV3);

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        ReadingFrame frame = new(Name, At(target), Transport.Clock.GetUtcNow());
        Answer device = await GetAsync(target, "get.device.info", null, cancel);
        frame.Keep("get.device.info", device.Text);
        Answer status = await GetAsync(target, "get.miner.status", "summary+pools+edevs", cancel);
        frame.Keep("get.miner.status", status.Text);
        return WhatsminerReader.ReadV3(device.Message, status.Message, frame, device.Repairs + status.Repairs) with
        {
            DeviceTime = status.When ?? device.When,
        };
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        switch (order)
        {
            case RestartOrder:
                return await SetAsync(target, "set.miner.service", "restart", "restarts its mining program", cancel);
            case RebootOrder:
                return await SetAsync(target, "set.system.reboot", null, "reboots", cancel);
            case PauseOrder:
                return await SetAsync(target, "set.miner.service", "stop", "stopped mining", cancel);
            case ResumeOrder:
                return await SetAsync(target, "set.miner.service", "start", "mines again", cancel);
            case LocateOrder locate:
                JsonNode light = locate.On
                    ? new JsonArray(new JsonObject
                    {
                        ["color"] = "red",
                        ["period"] = 200,
                        ["duration"] = 100,
                        ["start"] = 0
                    })
                        : JsonValue.Create("auto");
                return await SetAsync(target, "set.system.led", light, locate.On ? "blinks red" : "blinks no more",
                    cancel);
            case SetModeOrder mode:
                return s_modes.Contains(mode.Mode)
                    ? await SetAsync(target, "set.miner.power_mode", mode.Mode, $"goes to {mode.Mode} power", cancel)
                    : new FleetOutcome(FleetResult.Refused,
                        $"{At(target)}: {ReplyWords.Short(mode.Mode)} is no mode; they are low, normal and high.");
            case SetPowerOrder { Percent: >= 10 and <= 100 } power:
                JsonObject percent = new() { ["percent"] = Math.Round(power.Percent.Value), ["mode"] = "normal" };
                return await SetAsync(target, "set.miner.power_percent", percent, "adjusts its power until it restarts",
                    cancel);
            case SetPowerOrder { Watts: >= 100 and <= 99_999 } power:
                return await SetAsync(target, "set.miner.power_limit", Math.Round(power.Watts.Value),
                    "takes the limit and restarts mining", cancel);
            case SetPowerOrder power:
                return new FleetOutcome(FleetResult.Refused,
                    $"{At(target)}: {power.Words}: 10 to 100 % or 100 to 99,999 W are allowed.");
            case SetPoolsOrder pools:
                return await PoolsAsync(target, pools.Pools, cancel);
            default:
                return new FleetOutcome(FleetResult.Unsupported,
                    $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
    }

    private async Task<FleetOutcome> PoolsAsync(
        FleetTarget target, IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        return await new WhatsminerPools(At(target), Transport)
        {
            Read = async () => WhatsminerReader.PoolsV3(
                (await GetAsync(target, "get.miner.status", "pools", cancel)).Message),
            Write = list => SetAsync(target, "set.miner.pools", WhatsminerPools.V3(list), "takes the pools", cancel),
        }.SetAsync(pools, cancel);
    }

    private async Task<FleetOutcome> SetAsync(
        FleetTarget target, string command, JsonNode? parameter, string done, CancellationToken cancel)
    {
        FleetCredentials credentials = target.Credentials!;
        Answer info = await GetAsync(target, "get.device.info", "salt", cancel);
        if (info.Message?.Text("salt") is not { } salt)
        {
            return new FleetOutcome(FleetResult.Failed,
                $"{At(target)}: it gave no salt, without which nothing can be written.");
        }
        string json = WhatsminerV3.Set(
            command, parameter, credentials, salt, Transport.Clock.GetUtcNow().ToUnixTimeSeconds(),
            command == "set.miner.pools");
        Answer answer = await AskAsync(target, command, json, cancel);
        return answer.Code switch
        {
            0 => Done($"{At(target)} {done}."),
            -4 => new FleetOutcome(
                FleetResult.Denied, $"{At(target)}: no permission for {command} (code -4): wrong password for "
                    + $"{credentials.User}, or its API switch is off, or its clock is far from ours."),
            -2 => new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: it does not know {command} (code -2)."),
            null => new FleetOutcome(FleetResult.Unknown, $"{At(target)}: {command} was answered without a code."),
            _ => new FleetOutcome(FleetResult.Failed,
                $"{At(target)}: {command} failed with code {answer.Code}: {ReplyWords.Short(answer.Message?.Text())}"),
        };
    }

    private async Task<Answer> GetAsync(FleetTarget target, string command, string? parameter, CancellationToken cancel)
    {
        Answer answer = await AskAsync(target, command, WhatsminerV3.Get(command, parameter), cancel);
        return answer.Code is 0 or null
            ? answer
            : throw new FleetException(
                answer.Code == -4 ? FleetFault.Denied : answer.Code == -2 ? FleetFault.Unsupported : FleetFault.Device,
                    At(target),
                $"{At(target)}: {command} failed with code {answer.Code}: {ReplyWords.Short(answer.Message?.Text())}");
    }

    private async Task<Answer> AskAsync(FleetTarget target, string command, string json, CancellationToken cancel)
    {
        byte[] reply = await Transport.Frames.AskAsync(
            new IPEndPoint(target.Address, target.Ports.WhatsminerV3), WhatsminerV3.Frame(json), cancel);
        TolerantReply body = TolerantJson.Read(reply);
        if (body.Root is not { } root || body.Truncated)
        {
            throw new FleetException(
                body.Truncated ? FleetFault.Truncated : FleetFault.Malformed, At(target),
                $"{At(target)}: the reply to {command} cannot be read: {body.Problem} (at byte {body.Offset} of "
                    + $"{reply.Length}).");
        }
        return new Answer(root.Integer("code"), root.Member("msg"), WhatsminerReader.TimeOf(root),
            SecretFilter.Clean(reply, target.Credentials?.Password), body.Repairs);
    }

    private sealed record Answer(int? Code, JsonElement? Message, DateTimeOffset? When, string Text, int Repairs);
}
