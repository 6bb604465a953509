using System.CommandLine;

namespace Otedama;

/// <summary>What is done with ASICs: one line a verb below.</summary>
internal static class AsicCommand
{
    internal static Command Build(CommandContext context)
    {
        Command asic = new("asic", "Find, mine with, watch, tune and flash ASICs.");
        asic.Subcommands.Add(AsicListCommand.Build(context));
        asic.Subcommands.Add(AsicBenchCommand.Build(context));
        asic.Subcommands.Add(AsicCheckCommand.Build(context));
        asic.Subcommands.Add(AsicFlashCommand.Build(context));
        asic.Subcommands.Add(AsicBackupCommand.Build(context));
        asic.Subcommands.Add(AsicBackupCommand.BuildRestore(context));
        asic.Subcommands.Add(AsicBackupCommand.BuildVerify(context));
        asic.Subcommands.Add(AsicCatalogueCommand.Build(context));
        return asic;
    }
}
