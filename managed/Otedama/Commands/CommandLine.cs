using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace Otedama;

/// <summary>The command line: one line per verb, and the one place where errors become exit codes.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, Surroundings outside)
    {
        bool json = args.Any(static a => a is "--json" or "--json=true");
        try
        {
            if (Array.Find(args, static a => a.Contains('\0', StringComparison.Ordinal)) is { } odd)
            {
                throw new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(odd)}\" holds a NUL character, which no path and no value can.");
            }
            CommandContext context = new(outside);
            ParseResult result = Parse(Build(context), [.. args.Select(TwoDashes)]);
            if (result.Errors.Count > 0)
            {
                throw new CommandException(ExitCode.Usage, UsageErrors.Describe(result));
            }
            InvocationConfiguration invocation = new()
            {
                Output = outside.Out,
                Error = outside.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are Shutdown's
            };
            using Shutdown? signals = IsBelowAsic(result) ? new Shutdown(outside.Stop) : null;
            return await result.InvokeAsync(invocation, signals?.Token ?? outside.Stop);
        }
        catch (Exception e)
        {
            return Failure.Report(e, json, outside);
        }
    }

    /// <summary>Their verbs talk to devices, which must not be left in the middle of something.</summary>
    private static bool IsBelowAsic(ParseResult result)
    {
        for (SymbolResult? at = result.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command.Name: "asic" })
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A word that begins with "@" is a word, not the name of a file with more words.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args) =>
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

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
            BenchCommand.Build(context),
            DevicesCommand.Build(context),
            GpuCommand.Build(context),
            NetCommand.Build(context),
            DiagCommand.Build(context),
            ProfileCommand.Build(),
            AsicCommand.Build(context),
            PluginCommand.Build(context),
            ChaosCommand.Build(context),
            SharechainCommand.Build(context),
            UpdateCommand.Build(),
            IdentityCommand.Build(),
            TokenCommand.Build(context),
            ConfigCommand.Build(context),
            SelftestCommand.Build(context),
            VerifyCommand.Build(context),
            VersionCommand.Build(context),
            InitCommand.Build(context),
            ReloadCommand.Build(context),
            ServiceCommand.Build(context),
            CompletionCommand.Build(context, root),
            ManCommand.Build(context, root),
            HelpCommand.Build(root),
            ReferenceCommand.Build(context),
        ];
        foreach (Command verb in verbs)
        {
            root.Subcommands.Add(verb);
        }
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction help } asked)
        {
            asked.Action = new HelpWithExamples(help);
        }
        return root;
    }
}
