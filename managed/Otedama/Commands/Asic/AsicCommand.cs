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
        asic.Subcommands.Add(AsicScanCommand.Build(context));
        asic.Subcommands.Add(AsicDecodeCommand.Build(context));
        asic.Subcommands.Add(AsicStatusCommand.Build(context));
        asic.Subcommands.Add(AsicWatchCommand.Build(context));
        asic.Subcommands.Add(AsicPoolsCommand.Build(context));
        asic.Subcommands.Add(AsicOrderCommand.Reboot(context));
        asic.Subcommands.Add(AsicOrderCommand.Pause(context));
        asic.Subcommands.Add(AsicOrderCommand.Resume(context));
        asic.Subcommands.Add(AsicTuneCommand.Build(context));
        asic.Subcommands.Add(AsicHistoryCommand.Build(context));
        asic.Subcommands.Add(AsicExportCommand.Build(context));
        asic.Subcommands.Add(AsicCheckCommand.Build(context));
        asic.Subcommands.Add(AsicFlashCommand.Build(context));
        asic.Subcommands.Add(AsicRolloutCommand.Build(context));
        asic.Subcommands.Add(AsicBackupCommand.Build(context));
        asic.Subcommands.Add(AsicBackupCommand.BuildRestore(context));
        asic.Subcommands.Add(AsicBackupCommand.BuildVerify(context));
        asic.Subcommands.Add(AsicCatalogueCommand.Build(context));
        return asic;
    }
}
