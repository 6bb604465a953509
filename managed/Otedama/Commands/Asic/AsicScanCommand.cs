using System.CommandLine;
using System.Net;
using Otedama.Asic;

namespace Otedama;

internal static class AsicScanCommand
{
    public static Command Build(CommandContext context)
    {
        Command scan = new("scan", "Look for ASICs in networks that are named here or in asic.fleet.ranges; nothing else is asked.");
        Argument<string[]> ranges = new("range") { Description = "A network such as 192.168.1.0/24, or an address.", Arity = ArgumentArity.ZeroOrMore };
        Option<bool> allowPublic = new("--allow-public") { Description = "Also where the networks are no private ones." };
        scan.Arguments.Add(ranges);
        scan.Options.Add(allowPublic);
        scan.SetAction(async (result, stop) =>
        {
            AsicScanAnswer answer = await ScanAsync(context, context.Load(result), result.GetValue(ranges) ?? [], result.GetValue(allowPublic), stop);
            context.Answer(result, answer, AnswerJson.Default.AsicScanAnswer, Lines);
            return ExitCode.Done;
        });
        return scan;
    }

    private static async Task<AsicScanAnswer> ScanAsync(
        CommandContext context, Configuration configuration, string[] asked, bool allowPublic, CancellationToken stop)
    {
        List<string> problems = [];
        List<IPNetwork> networks = [];
        foreach (string text in asked)
        {
            if (PlainAddress.TryParse(text, out IPNetwork network))
            {
                networks.Add(network);
            }
            else
            {
                problems.Add($"\"{SettingTypes.Shorten(text)}\" is no network. Give one such as 192.168.1.0/24, or an address.");
            }
        }
        bool isOwn = asked.Length > 0;
        IReadOnlyList<IPNetwork> all = isOwn ? networks : configuration.Get(Settings.FleetRanges);
        FleetChoice.CheckRanges(all, allowPublic || configuration.Get(Settings.FleetAllowPublic), isOwn ? "range" : "asic.fleet.ranges", problems);
        if (problems.Count > 0)
        {
            throw new CommandException(ExitCode.Usage, string.Join('\n', problems));
        }
        if (all.Count == 0)
        {
            throw new CommandException(ExitCode.Usage, "No network is named. Give one, such as: otedama asic scan 192.168.1.0/24");
        }
        Dictionary<string, FleetCredentials> credentials = [];
        foreach (string driver in configuration.Get(Settings.FleetCredentials).Select(static entry => entry.Url))
        {
            if (FleetChoice.CredentialsOf(configuration, driver, context.Outside.Environment, problems) is { } found)
            {
                credentials[driver] = found;
            }
        }
        using FleetKit kit = new(context.Outside.Clock);
        List<AsicFoundRow> rows = [];
        int count = await new FleetFinder(kit, credentials, context.Outside.Clock).ScanAsync(all, static _ => true, device => rows.Add(RowOf(device)), stop);
        return new AsicScanAnswer(1, count, [.. rows.OrderBy(static row => row.Address, StringComparer.Ordinal)]);
    }

    private static AsicFoundRow RowOf(FoundDevice device)
    {
        DeviceIdentity it = ReadingBounds.Apply(device.Reading).Identity;
        return new AsicFoundRow(device.Target.Address.ToString(), device.Driver.Name, it.Family, it.Model, it.Firmware, it.Version, it.Mac, it.HostName);
    }

    private static IEnumerable<string> Lines(AsicScanAnswer answer)
    {
        foreach (AsicFoundRow row in answer.Devices)
        {
            yield return $"{row.Address,-16} {row.Driver,-14} {row.Family ?? "–",-12} {row.Model ?? "–",-20} {row.Version ?? "–",-14} {row.HostName ?? row.Mac ?? ""}".TrimEnd();
        }
        yield return $"{answer.Devices.Count} ASICs at {answer.Asked} addresses"
            + (answer.Devices.Count > 0 ? "; write them into asic.fleet.devices, or the network into asic.fleet.ranges, to watch them" : "");
    }
}

/// <param name="Asked">Addresses.</param>
internal sealed record AsicScanAnswer(int Schema, int Asked, IReadOnlyList<AsicFoundRow> Devices);

internal sealed record AsicFoundRow(
    string Address, string Driver, string? Family, string? Model, string? Firmware, string? Version, string? Mac, string? HostName);
