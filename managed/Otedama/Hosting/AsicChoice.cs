using Microsoft.Extensions.Logging;
using Otedama.Asic;
using Otedama.Core;
using Otedama.Mining;

namespace Otedama;

/// <summary>Which ASICs a rig mines with, from its settings.</summary>
internal static class AsicChoice
{
    public static bool WantsAny(Configuration configuration) => configuration.Get(Settings.Asics).Count > 0;

    /// <summary>Chips compute one thing.</summary>
    public static void Check(Configuration configuration, Work? work, List<string> problems)
    {
        if (WantsAny(configuration) && work is { Facts.IsSearchedByAsics: false })
        {
            problems.Add($"{configuration.KeyOf(Settings.Asics)}: ASICs mine sha256d, and this rig is for {work.Name} "
                + $"({configuration.Of(Settings.Asics).Place}). Leave them out, or give them a rig of their own in "
                + "the list rigs.");
        }
    }

    /// <summary>A board works for one rig.</summary>
    public static void Share(IReadOnlyList<Configuration> rigs, List<string> problems)
    {
        Dictionary<string, Configuration> owners = [];
        foreach (Configuration rig in rigs)
        {
            foreach (BoardRequest request in rig.Get(Settings.Asics)
                .Where(request => !owners.TryAdd(request.Port, rig)))
            {
                problems.Add(request.IsAuto
                    ? $"rigs: {owners[request.Port].Name} and {rig.Name} both take every ASIC (asic: auto). Leave "
                    + "that to one of them."
                    : $"rigs: {owners[request.Port].Name} and {rig.Name} both name the ASIC on {request.Port} "
                    + $"({rig.Of(Settings.Asics).Place}). Leave it to one of them.");
            }
        }
        if (owners.TryGetValue(BoardRequest.Auto, out Configuration? taker)
            && owners.Values.Any(other => other != taker))
        {
            problems.Add($"rigs: {taker.Name} takes every ASIC (asic: auto), and another rig names some. Name those "
                + $"of {taker.Name} too.");
        }
    }

    /// <summary>Opens nothing.</summary>
    public static IReadOnlyList<IWorkerSource> Of(
        Configuration configuration, TimeProvider clock, ILoggerFactory loggers) =>
        WantsAny(configuration)
            ? [new AsicWorkers(
            configuration.Get(Settings.Asics), new MachinePorts(), clock, loggers.CreateLogger(LogCategory.Rig))]
            : [];
}
