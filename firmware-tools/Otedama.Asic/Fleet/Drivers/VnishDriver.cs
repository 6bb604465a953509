using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// VNish on Antminers: read through the cgminer API, told through its REST interface (unlock with the password, then a
/// bearer token). Pools are not written: its settings' form is not known well enough.
/// </summary>
public sealed class VnishDriver(FleetTransport transport) : CgminerDriver(transport)
{
    public override string Name => "vnish";

    public override FleetAbilities Abilities =>
        FleetAbilities.Restart | FleetAbilities.Reboot | FleetAbilities.Pause | FleetAbilities.Resume
            | FleetAbilities.Locate;

    public override FleetMatch? Recognise(FleetSigns signs) =>
        signs.Version?.Contains("VNISH", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(85, "Antminer", "its version names VNish") { Firmware = "VNish" }
        : signs.WebText?.Contains("AnthillOS", StringComparison.OrdinalIgnoreCase) == true
            ? new FleetMatch(85, "Antminer", "its page names AnthillOS") { Firmware = "VNish" } : null;

    protected override string Key => "its password";

    protected override async Task<FleetReading> LookAsync(FleetTarget target, CancellationToken cancel)
    {
        FleetReading reading = await base.LookAsync(target, cancel);
        JsonElement? info = await OpenAsync(target, "info", cancel);
        return Add(reading, info);
    }

    /// <summary>What /api/v1/info tells.</summary>
    internal static FleetReading Add(FleetReading reading, JsonElement? info)
    {
        string? mac = ReplyValues.Mac(info?.Member("system")?.Member("network_status")?.Text("mac"))
            ?? reading.Identity.Mac;
        return reading with
        {
            Id = mac ?? reading.Id,
            Identity = reading.Identity with
            {
                Family = "Antminer",
                Firmware = "VNish",
                Version = info?.Text("fw_version") ?? reading.Identity.Version,
                Mac = mac,
                Model = info?.Text("miner", "model") ?? reading.Identity.Model,
                HostName = info?.Member("system")?.Member("network_status")?.Text("hostname"),
            },
        };
    }

    protected override async Task<FleetOutcome> CarryOutAsync(
        FleetTarget target, FleetOrder order, CancellationToken cancel)
    {
        (string Path, string Words)? call = order switch
        {
            RestartOrder => ("mining/restart", "restarts mining"),
            RebootOrder => ("system/reboot", "reboots"),
            PauseOrder => ("mining/pause", "paused mining"),
            ResumeOrder => ("mining/resume", "mines again"),
            LocateOrder { On: true } => ("find-miner", "blinks"),
            LocateOrder => ("find-miner", "was told once more, which ends it"),
            _ => null,
        };
        if (call is not { } verb)
        {
            return new FleetOutcome(FleetResult.Unsupported, $"{At(target)}: the driver {Name} cannot {order.Words}.");
        }
        string web = target.At(target.Ports.Web);
        string unlock = WhatsminerToken.Relaxed(new JsonObject { ["pw"] = target.Credentials!.Password.Reveal() });
        WebReply opened = await Transport.Http.SendAsync(
            target, WebRequest.Json(HttpMethod.Post, "/api/v1/unlock", unlock), cancel);
        if (Json(target, opened, "unlock").Root.Text("token") is not { } token)
        {
            return new FleetOutcome(FleetResult.Denied, $"{web}: it gave no token for the configured password.");
        }
        WebRequest request = new(HttpMethod.Post, $"/api/v1/{verb.Path}")
        {
            Body = "{}"u8.ToArray(),
            Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        };
        WebReply reply = await Transport.Http.SendAsync(target, request, cancel);
        return reply.Status switch
        {
            401 or 403 => new FleetOutcome(FleetResult.Denied, Refusal(target, web)),
            404 => new FleetOutcome(FleetResult.Unsupported, $"{web}: it does not know {verb.Path}."),
            >= 200 and < 300 => Done($"{web} {verb.Words}."),
            _ => new FleetOutcome(FleetResult.Failed,
                string.Create(CultureInfo.InvariantCulture,
                $"{web}: {verb.Path} was answered with HTTP {reply.Status}.")),
        };
    }

    /// <summary>A page that needs no password; null where it has none.</summary>
    private async Task<JsonElement?> OpenAsync(FleetTarget target, string page, CancellationToken cancel)
    {
        try
        {
            WebReply reply = await Transport.Http.SendAsync(target, WebRequest.Get($"/api/v1/{page}"), cancel);
            return reply.IsGood && TolerantJson.Read(reply.Body) is { Truncated: false, Root: { } root } ? root : null;
        }
        catch (FleetException)
        {
            return null;
        }
    }
}
