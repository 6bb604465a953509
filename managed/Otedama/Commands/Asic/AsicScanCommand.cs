using System.CommandLine;
using Otedama.Asic;

namespace Otedama;

internal static class AsicScanCommand
{
    private const int ListenUsual = 2, ListenMax = 600;

    public static Command Build(CommandContext context)
    {
        Command scan = new("scan", "Look for ASICs in networks that are named here or in asic.fleet.ranges; "
            + "nothing else is asked.");
        Argument<string[]> ranges = new("range")
        {
            Description = "A range such as 192.168.1.0/24, 10.0.0.5-90, "
            + "or an address.",
            Arity = ArgumentArity.ZeroOrMore
        };
        Option<bool> allowPublic = new("--allow-public")
        {
            Description = "Also where the networks are no private "
            + "ones."
        };
        Option<int> listen = new("--listen")
        {
            Description = "Seconds in which devices may report themselves: by mDNS, by cgminer's multicast, and by "
                + "the IP button of an Antminer or Whatsminer.",
            HelpName = "SECONDS",
            DefaultValueFactory = static _ => ListenUsual
        };
        scan.Arguments.Add(ranges);
        scan.Options.Add(listen);
        scan.Options.Add(allowPublic);
        scan.SetAction(async (result, stop) =>
        {
            int seconds = result.GetValue(listen);
            if (seconds is < 0 or > ListenMax)
            {
                throw new CommandException(ExitCode.Usage, $"--listen: {seconds} is out of range 0 to {ListenMax}.");
            }
            AsicScanAnswer answer = await ScanAsync(context, context.Load(result), result.GetValue(ranges) ?? [],
                result.GetValue(allowPublic), seconds, stop);
            context.Answer(result, answer, AnswerJson.Default.AsicScanAnswer, Lines);
            return ExitCode.Done;
        });
        return scan;
    }

    private static async Task<AsicScanAnswer> ScanAsync(
        CommandContext context, Configuration configuration, string[] asked, bool allowPublic, int listen,
        CancellationToken stop)
    {
        List<string> problems = [];
        bool isOwn = asked.Length > 0;
        AddressRanges? ranges = FleetChoice.Ranges(isOwn ? asked : configuration.Get(Settings.FleetRanges),
            allowPublic || configuration.Get(Settings.FleetAllowPublic), isOwn ? "range"
                : "asic.fleet.ranges", problems);
        IReadOnlyDictionary<string, FleetCredentials> credentials = FleetChoice.Credentials(configuration,
            context.Outside.Environment, problems);
        if (problems.Count > 0)
        {
            throw new CommandException(ExitCode.Usage, string.Join('\n', problems));
        }
        if (ranges is null)
        {
            throw new CommandException(ExitCode.Usage, "No network is named. Give one, such as: otedama asic "
                + "scan 192.168.1.0/24");
        }
        using FleetKit kit = new(credentials, context.Outside.Clock);
        if (listen > ListenUsual)
        {
            context.Say($"Listening for {listen} s. Press the IP button of a device now.");
        }
        using Progress progress = new(context.Outside);
        progress.Begin("Searching");
        DiscoveryResult result = await kit.SearchAsync(
            ranges, new DiscoveryOptions { Listen = TimeSpan.FromSeconds(listen) }, stop);
        AsicFoundRow[] rows = await Task.WhenAll(result.Found.Select(device => RowOfAsync(kit, device, stop)));
        return new AsicScanAnswer(1, result.Searched, rows,
            [.. result.Unknown.Select(static address => address.ToString())], result.Problems)
        {
            Heard = [.. result.Reports.Select(static report => new AsicHeardRow(
                report.Source, report.Address.ToString(), report.Mac, report.Description))],
            Outside = result.Outside,
        };
    }

    /// <summary>What it says of itself, where it lets us read it.</summary>
    private static async Task<AsicFoundRow> RowOfAsync(FleetKit kit, FleetIdentity device, CancellationToken stop)
    {
        FleetTarget target = device.Target with { Credentials = kit.CredentialsOf(device.Driver.Name) };
        DeviceIdentity it = new();
        string? problem = null;
        try
        {
            it = ReadingBounds.Apply(await device.Driver.ReadAsync(target, stop)).Identity;
        }
        catch (FleetException e)
        {
            problem = e.Message;
        }
        return new AsicFoundRow(target.Address.ToString(), device.Driver.Name, it.Family ?? device.Match.Family,
            it.Model, it.Firmware ?? device.Match.Firmware, it.Version, it.Mac,
            it.HostName, device.Match.Because, problem);
    }

    private static IEnumerable<string> Lines(AsicScanAnswer answer)
    {
        foreach (AsicFoundRow row in answer.Devices)
        {
            yield return $"{row.Address,-16} {row.Driver,-14} {row.Family ?? "–",-12} {row.Model ?? "–",-20} "
                + $"{row.Version ?? "–",-14} {row.HostName ?? row.Mac ?? ""}".TrimEnd();
        }
        foreach (string problem in answer.Problems.Concat(answer.Devices.Select(static row =>
            row.Problem).OfType<string>()))
        {
            yield return $"  {problem}";
        }
        foreach (AsicHeardRow row in answer.Heard)
        {
            yield return $"  heard {row.Address} by {row.Source}{(row.Mac is { } mac ? $", {mac}" : "")}"
                + (row.Description is { } words ? $", {words}" : "");
        }
        if (answer.Outside > 0)
        {
            yield return $"  {answer.Outside} reports named addresses outside of these networks and were left alone";
        }
        if (answer.Unknown.Count > 0)
        {
            yield return "  nobody knows what answers at "
                + $"{string.Join(", ", answer.Unknown.Take(16))}{(answer.Unknown.Count > 16 ? ", ..." : "")}";
        }
        yield return $"{answer.Devices.Count} {(answer.Devices.Count == 1 ? "ASIC" : "ASICs")} at {answer.Asked} "
            + (answer.Asked == 1 ? "address" : "addresses")
            + (answer.Devices.Count > 0 ? "; write them into asic.fleet.devices, or the network into "
                + "asic.fleet.ranges, to watch them" : "");
    }
}

/// <param name="Asked">Addresses.</param>
/// <param name="Unknown">Addresses at which something answers that no driver knows.</param>
internal sealed record AsicScanAnswer(
    int Schema, int Asked, IReadOnlyList<AsicFoundRow> Devices, IReadOnlyList<string> Unknown,
        IReadOnlyList<string> Problems)
{
    /// <summary>Devices that spoke up themselves.</summary>
    public IReadOnlyList<AsicHeardRow> Heard { get; init; } = [];

    /// <summary>Reports that named addresses outside of the listed networks.</summary>
    public int Outside { get; init; }
}

/// <param name="Source">mdns, cgminer multicast, antminer button or whatsminer button.</param>
internal sealed record AsicHeardRow(string Source, string Address, string? Mac, string? Description);

/// <param name="Because">The sign by which it was recognised.</param>
/// <param name="Problem">Why it could not be read; null = it was.</param>
internal sealed record AsicFoundRow(
    string Address, string Driver, string? Family, string? Model, string? Firmware, string? Version, string? Mac,
        string? HostName,
    string Because, string? Problem);
