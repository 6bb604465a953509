using System.CommandLine;
using System.CommandLine.Parsing;

namespace Otedama;

/// <summary>The command line: one line per verb, and the one place where errors become exit codes.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Surroundings outside)
    {
        CommandContext context = new(outside);
        RootCommand root = Build(context);
        ParseResult result = root.Parse(args.Select(TwoDashes).ToArray());
        if (result.Errors.Count > 0)
        {
            foreach (ParseError error in result.Errors)
            {
                outside.Error.WriteLine(error.Message);
            }
            string verb = result.CommandResult.Command == root ? "otedama" : "otedama " + result.CommandResult.Command.Name;
            outside.Error.WriteLine($"Usage and examples: {verb} --help");
            return ExitCode.Usage;
        }
        try
        {
            InvocationConfiguration invocation = new()
            {
                Output = outside.Out,
                Error = outside.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are Shutdown's
            };
            return await result.InvokeAsync(invocation, outside.Stop);
        }
        catch (ConfigurationException e)
        {
            foreach (string problem in e.Problems)
            {
                outside.Error.WriteLine(problem);
            }
            return ExitCode.Configuration;
        }
        catch (CommandException e)
        {
            outside.Error.WriteLine(e.Message);
            return e.Code;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>"-config FILE" is how the first users call it; help lists it once, as --config.</summary>
    private static string TwoDashes(string argument) =>
        argument == "-config" || argument.StartsWith("-config=", StringComparison.Ordinal) ? "-" + argument : argument;

    public static RootCommand Build(CommandContext context)
    {
        RootCommand root = new("Otedama: miner, pool and chain in one program. Without a verb it runs what the configuration says;"
            + " without a configuration it starts an embedded chain, a pool, a CPU miner and a dashboard.");
        foreach (Option option in context.Options)
        {
            root.Options.Add(option);
        }
        root.SetAction((result, stop) => RunCommand.RunAsync(context, result, null, [], stop));
        Command[] verbs =
        [
            MineCommand.Build(context),
            PoolCommand.Build(context),
            LedgerCommand.Build(context),
            StatsCommand.Build(context),
            MonitorCommand.Build(context),
            NodeCommand.Build(context),
            MiningCommand.Build(context),
            GpuCommand.Build(context),
            NetCommand.Build(context),
            DiagCommand.Build(context),
            ProfileCommand.Build(context),
            AsicCommand.Build(context),
            PluginCommand.Build(context),
            ChaosCommand.Build(context),
            UpdateCommand.Build(context),
            IdentityCommand.Build(context),
            TokenCommand.Build(context),
            ConfigCommand.Build(context),
            SelftestCommand.Build(context),
            VerifyCommand.Build(context),
            VersionCommand.Build(context),
            ReferenceCommand.Build(context),
        ];
        foreach (Command verb in verbs)
        {
            root.Subcommands.Add(verb);
        }
        return root;
    }
}
