using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

/// <summary>What is known after a look at every device of a roll-out.</summary>
/// <param name="Members">Devices that will be written.</param>
/// <param name="Others">Devices that will not, with the reason.</param>
internal sealed record AsicRolloutLook(IReadOnlyList<RolloutMember> Members, IReadOnlyList<AsicRolloutRow> Others);

/// <summary>Looks at devices, shows a roll-out, keeps it and carries it out.</summary>
internal sealed class AsicRollouts(
    CommandContext context, ParseResult result, Configuration configuration, bool allowPublic)
{
    /// <summary>Devices that are looked at at once.</summary>
    private const int LooksAtOnce = 16;

    /// <summary>Bytes of the file of --devices.</summary>
    private const int FileMax = 1 << 20;

    private static readonly string[] s_ways = ["axeos:", "nerdqaxe:", "antminer:"];

    private readonly string _plans = AsicFlashing.RootOf(configuration, context);

    /// <summary>Where roll-outs are kept.</summary>
    public string Root { get; } = Path.Combine(
        DataDirectory.Locate(configuration, context.Outside.Environment), "asic", "rollouts");

    /// <summary>Devices as they were named, Id = address. Throws CommandException for a line that is none.</summary>
    public static IReadOnlyList<RolloutDevice> Wanted(string[] named, string? file)
    {
        List<RolloutDevice> wanted = [.. named.Select(static one => Line(one, "--device"))];
        if (file is not null)
        {
            try
            {
                string text = System.Text.Encoding.UTF8.GetString(Interop.GivenFile.ReadAll(file, FileMax));
                wanted.AddRange(text.Split('\n').Select(static line => line.Split('#')[0].Trim())
                    .Where(static line => line.Length > 0).Select(line => Line(line, file)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new CommandException(
                    ExitCode.Usage, $"--devices {file} cannot be read: {e.Message.TrimEnd('.')}.");
            }
        }
        return wanted.Count is > 0 and <= RolloutFile.DevicesMax ? wanted
            : throw new CommandException(ExitCode.Usage, $"{wanted.Count} devices are named; 1 to "
                + $"{RolloutFile.DevicesMax} are allowed. Give --device ADDRESS for each, or --devices FILE.");
    }

    public async Task<AsicRolloutLook> LookAsync(
        IReadOnlyList<RolloutDevice> wanted, FlashFacts facts, byte[] bytes, CancellationToken stop)
    {
        using SemaphoreSlim turns = new(LooksAtOnce);
        (RolloutMember? Member, AsicRolloutRow? Other)[] looks = await Task.WhenAll(wanted.Select(async one =>
        {
            await turns.WaitAsync(stop);
            try
            {
                return await LookAtAsync(one, facts, bytes, stop);
            }
            finally
            {
                turns.Release();
            }
        }));
        return new AsicRolloutLook(
            [.. looks.Select(static one => one.Member).OfType<RolloutMember>()],
            [.. looks.Select(static one => one.Other).OfType<AsicRolloutRow>()]);
    }

    /// <summary>Shows it, keeps it where it may be written, and carries it out once it is confirmed.</summary>
    public async Task<int> DecideAsync(
        AsicRolloutLook look, byte[] bytes, bool keepOnly, bool showOnly, CancellationToken stop)
    {
        bool refused = look.Others.Any(static one => one.Result is not "has_it_already");
        if (look.Members.Count == 0 || refused || showOnly)
        {
            string why = refused ? "Refused: not every device may be written. Leave those out, or mend what they lack; "
                + "nothing was kept or written."
                : look.Members.Count == 0 ? "Every device has it already; nothing was kept or written."
                : "This is only a look: nothing was kept or written.";
            Answer(null, null, why, [.. look.Members.Select(static one => Row(one, null, "planned")), .. look.Others]);
            return !refused ? ExitCode.Done
                : look.Others.All(static one => one.Result is not "refused") ? ExitCode.Unreachable : ExitCode.BadAnswer;
        }
        RolloutFolder folder = RolloutFolder.Create(Root, new RolloutFile
        {
            Schema = RolloutFile.SchemaNow,
            MadeAt = context.Outside.Clock.GetUtcNow(),
            Members = look.Members,
        }, bytes);
        if (keepOnly)
        {
            Answer(folder, null, $"Nothing was written. Carry it out with: otedama asic rollout --resume {folder.Id}",
                [.. Planned(folder), .. look.Others]);
            return ExitCode.Done;
        }
        return await CarryOutAsync(folder, confirmed: false, stop);
    }

    public async Task<int> CarryOutAsync(RolloutFolder folder, bool confirmed, CancellationToken stop)
    {
        using FlashLedger ledger = FlashLedger.Open(folder.FolderPath, folder.Hash, context.Outside.Clock);
        bool begun = ledger.Entries.Any(static entry => entry.Kind == FlashEntryKind.Confirmed);
        if (!begun && !confirmed)
        {
            foreach (string line in Lines(new AsicRolloutAnswer(
                1, folder.Id, folder.FolderPath, null, "", [.. Planned(folder)])))
            {
                context.Say(line);
            }
            context.Say($"Type {folder.Id} to begin, anything else to leave the devices as they are:");
            if (context.Outside.In.ReadLine()?.Trim() != folder.Id)
            {
                throw new CommandException(ExitCode.Usage,
                    $"Not confirmed; nothing was written. It is kept: otedama asic rollout --resume {folder.Id}");
            }
        }
        RolloutOutcome outcome;
        try
        {
            outcome = await new RolloutRun(folder, ledger, _plans, Open, context.Outside.Clock, context.Say)
                .GoAsync(stop);
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(ExitCode.Interrupted,
                $"Interrupted between two steps. Go on with: otedama asic rollout --resume {folder.Id}");
        }
        string state = outcome.State.ToString().ToLowerInvariant();
        Answer(folder, state, outcome.Says, [.. Planned(folder).Select(row => row with
        {
            Result = outcome.Ended.TryGetValue(row.Id!, out RolloutResult ended) ? ended.ToString().ToLowerInvariant()
                : "not_begun",
        })]);
        return outcome.State == RolloutState.Finished ? ExitCode.Done : ExitCode.BadAnswer;
    }

    private async Task<(RolloutMember? Member, AsicRolloutRow? Other)> LookAtAsync(
        RolloutDevice wanted, FlashFacts facts, byte[] bytes, CancellationToken stop)
    {
        FlashPlan plan;
        try
        {
            using IFlashTarget target = Open(wanted.Id);
            plan = FlashPlanner.Make(
                facts with { Device = await target.ReadAsync(stop) }, target, bytes, context.Outside.Clock);
        }
        catch (FlashException e)
        {
            return (null, new AsicRolloutRow(wanted.Id, null, null, null, null, "unreachable", null, e.Message));
        }
        FlashCheck? bad = plan.Checks.FirstOrDefault(
            static one => one.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown);
        bool hasIt = bad?.Name == "downgrade" && plan.To.Version is { } version && version == plan.From.Version;
        FlashDevice device = plan.Device;
        return bad is not null
            ? (null, new AsicRolloutRow(wanted.Id, device.Id, null, plan.From.Version, plan.To.Version,
                hasIt ? "has_it_already" : "refused", null, $"rule {bad.Rule} ({bad.Name}): {bad.Says}"))
            : (new RolloutMember(
                wanted with { Id = device.Id, Model = device.Model, Board = device.Board, Firmware = device.Version },
                device.Health.Rate is not 0, plan), null);
    }

    private IFlashTarget Open(string address) => AsicTargets.Open(
        address, context.Outside.Clock, AsicFlashCommand.Credentials(context, configuration), new AsicWay(allowPublic));

    private void Answer(RolloutFolder? folder, string? state, string says, IReadOnlyList<AsicRolloutRow> rows) =>
        context.Answer(result, new AsicRolloutAnswer(1, folder?.Id, folder?.FolderPath, state, says, rows),
            AnswerJson.Default.AsicRolloutAnswer, Lines);

    private static IEnumerable<AsicRolloutRow> Planned(RolloutFolder folder) =>
        folder.File.Waves().Waves.SelectMany(wave => wave.Devices.Select(device =>
            Row(folder.File.Members.First(one => one.Device == device), wave.Name, "planned")));

    private static AsicRolloutRow Row(RolloutMember member, string? wave, string result) => new(
        member.Plan.Device.Address, member.Device.Id, wave, member.Plan.From.Version, member.Plan.To.Version, result,
        FlashPlan.IdOf(member.Plan.ToJson()), null);

    private static IEnumerable<string> Lines(AsicRolloutAnswer answer)
    {
        if (answer.RolloutId is { } id)
        {
            yield return $"Roll-out {id}, {answer.Devices.Count} devices";
        }
        foreach (AsicRolloutRow row in answer.Devices)
        {
            string versions = $"{row.From ?? "?"} to {row.To ?? "?"}";
            yield return $"  {row.Wave ?? "-",-7} {row.Address,-28} {row.Id ?? "?",-18} {versions}  {row.Result}";
            if (row.Says is { } says)
            {
                yield return $"          {says}";
            }
        }
        yield return answer.Says;
    }

    private static RolloutDevice Line(string line, string place)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string address = words.Length > 0 ? words[0] : "";
        if (!s_ways.Any(way => address.StartsWith(way, StringComparison.OrdinalIgnoreCase)))
        {
            throw new CommandException(ExitCode.Usage, $"{place}: \"{SettingTypes.Shorten(address)}\" is no device of "
                + "a roll-out, which goes over the network: axeos:HOST, nerdqaxe:HOST and antminer:HOST are allowed. "
                + "Others are written one by one with otedama asic flash.");
        }
        RolloutDevice device = new(address, null, null, null, null, null, null);
        foreach (string word in words.Skip(1))
        {
            device = word.Split('=', 2) switch
            {
                ["supply", { Length: > 0 } name] => device with { Supply = name },
                ["switch", { Length: > 0 } name] => device with { Switch = name },
                ["site", { Length: > 0 } name] => device with { Site = name },
                _ => throw new CommandException(ExitCode.Usage,
                    $"{place}: \"{SettingTypes.Shorten(word)}\" behind {address}; supply=NAME, switch=NAME and "
                    + "site=NAME are allowed."),
            };
        }
        return device;
    }
}
