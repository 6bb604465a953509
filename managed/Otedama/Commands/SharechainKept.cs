using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Otedama.Core;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama;

/// <summary>The chain that a pool which does not run has kept: look at it, write it out, put one in.</summary>
internal static class SharechainKept
{
    /// <summary>Shares between two writes to the disk, which lets no more than 8 MiB of them wait.</summary>
    private const int FlushEvery = 1_000;

    public static IEnumerable<Command> Build(CommandContext context)
    {
        Option<string?> pool = new("--pool")
        {
            Description = "Name of the pool, where the configuration lists several.",
            HelpName = "NAME",
        };
        yield return Verb(context, "show", "The kept chain of a pool that does not run.", pool, null,
            static (kept, _, _) => kept.Tell(null));
        yield return Verb(context, "export", "Write the kept chain of a pool that does not run to a file.", pool,
            "File to write; none of this name may be there. verify and import read it.",
            static (kept, path, _) => kept.Export(path));
        yield return Verb(
            context, "import", "Put the shares of a file into the kept chain of a pool that does not run.", pool, "What export wrote. It is checked wholly before anything is kept.",
            static (kept, path, stop) => kept.Import(path, stop));
    }

    private static Command Verb(
        CommandContext context,
        string name,
        string description,
        Option<string?> pool,
        string? file,
        Func<Kept, string, CancellationToken, SharechainKeptAnswer> act)
    {
        Command verb = new(name, description);
        verb.Options.Add(pool);
        Argument<string> path = new("file") { Description = file };
        if (file is not null)
        {
            verb.Arguments.Add(path);
        }
        verb.SetAction((result, stop) => Task.Run(
            () =>
            {
                using ILoggerFactory loggers = context.OpenLogs(Quiet(context, result), result);
                Kept kept = new(context, result, PlanOf(context, result, result.GetValue(pool)), loggers);
                SharechainKeptAnswer answer = Guarded(
                    () => act(kept, file is null ? "" : result.GetValue(path)!, stop));
                context.Answer(result, answer, AnswerJson.Default.SharechainKeptAnswer, Lines);
                return answer.Fault is null ? ExitCode.Done : ExitCode.BadAnswer;
            },
            stop));
        return verb;
    }

    /// <summary>That a folder is opened is no news here.</summary>
    private static Configuration Quiet(CommandContext context, ParseResult result)
    {
        Configuration configuration = context.Load(result);
        return configuration.IsDefault(Settings.LogLevel)
            ? context.Load(result, CommandContext.Flag("warn", Settings.LogLevel, "--log-level")) : configuration;
    }

    private static PoolPlan PlanOf(CommandContext context, ParseResult result, string? name)
    {
        Configuration configuration = context.Load(result);
        PoolPlan[] pools =
        [
            .. InstancePlan.Make(configuration, Roles.Node | Roles.Pool, context.Outside.Environment).Pools
                .Where(plan => plan.Chain is not null && (name is null || plan.Name == name)),
        ];
        return pools.Length switch
        {
            1 => pools[0],
            0 => throw new CommandException(ExitCode.Usage, name is null
                ? "No pool of this configuration is on a share chain. p2p.enabled: true joins one."
                : $"--pool: no pool \"{SettingTypes.Shorten(name)}\" of this configuration is on a share chain."),
            _ => throw new CommandException(ExitCode.Usage,
                $"Several pools are on a share chain: {string.Join(", ", pools.Select(static p => p.Name))}. "
                + "Name one with --pool."),
        };
    }

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.BadAnswer, $"{e.Message.TrimEnd('.')}.");
        }
    }

    private static IEnumerable<string> Lines(SharechainKeptAnswer answer)
    {
        if (answer.Fault is { } fault)
        {
            yield return $"share {fault.Share}: step {fault.Step}: {fault.Reason}";
            yield return "Nothing was kept.";
            yield break;
        }
        yield return answer.Parameters;
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{answer.Shares} shares in {answer.Folder}, tip {answer.Tip ?? "none"} at height {answer.Height}, ")
            + $"work {answer.Work}";
        if (answer.File is { } file)
        {
            yield return $"{answer.Moved} shares {(answer.IsImport ? "taken from" : "written to")} {file}";
        }
    }

    /// <summary>The chain of one pool, opened for one verb.</summary>
    private sealed class Kept(CommandContext context, ParseResult result, PoolPlan plan, ILoggerFactory loggers)
    {
        private readonly ChainParameters _parameters = plan.Chain!;

        private string Folder => PoolChain.FolderOf(_parameters, plan.Folder);

        public SharechainKeptAnswer Tell(string? file, int moved = 0, bool isImport = false) => Opened(desk =>
            desk.Look(chain => new SharechainKeptAnswer
            {
                Parameters = _parameters.ToString(),
                Folder = Folder,
                Shares = chain.Count,
                Height = chain.Height,
                Tip = chain.Tip?.ToString(),
                Work = chain.CumulativeWork.ToString(CultureInfo.InvariantCulture),
                File = file,
                Moved = moved,
                IsImport = isImport,
            }));

        public SharechainKeptAnswer Export(string path)
        {
            // By height: parents and uncles come before those who name them.
            ChainShare[] shares = Opened(static desk => desk.Look(static chain =>
                chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()));
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // the pass is in it
            }
            using (StreamWriter text = new(path, options))
            {
                if (shares.Length > 0 && shares[0].Core.Parent != _parameters.Id)
                {
                    text.Write($"# Begins at height {shares[0].Core.Height}: what was before is forgotten, "
                        + "so verify refuses it.\n");
                }
                text.Write(_parameters.Line + "\n");
                foreach (ChainShare share in shares)
                {
                    text.Write(Hex.Encode(share.Bytes.Span) + "\n");
                }
            }
            return Tell(path, shares.Length);
        }

        public SharechainKeptAnswer Import(string path, CancellationToken stop)
        {
            List<string> lines = Lines(path);
            if (lines.Count == 0 || lines[0] != _parameters.Line)
            {
                throw new CommandException(ExitCode.BadAnswer,
                    $"{path}: it is of another chain than the configuration's, {_parameters}.");
            }
            SharechainAnswer checkedAll = SharechainCommand.Check(context, result, path, stop);
            if (checkedAll.Fault is { } fault)
            {
                return Tell(path) with { Fault = fault };
            }
            int taken = 0;
            Opened(desk =>
            {
                foreach (string line in lines.Skip(1))
                {
                    Arrival arrival = desk.Arrive(Convert.FromHexString(line), new ShareOrigin(0, IsAskedFor: true));
                    taken += arrival.Kind == ArrivalKind.Taken ? 1 : 0;
                    if (taken % FlushEvery == 0)
                    {
                        desk.Flush();
                    }
                }
                return true;
            });
            return Tell(path, taken, isImport: true);
        }

        /// <summary>Those that say something, up to one that is too long: the check refuses the file for it.</summary>
        private static List<string> Lines(string path)
        {
            try
            {
                using StreamReader text = new(GivenFile.Open(path));
                ShareLines all = new(text);
                List<string> lines = [];
                for (string? line = all.Next(); line is not null; line = all.Next())
                {
                    lines.Add(line);
                    if (line.Length > ShareLines.CharactersMax)
                    {
                        break;
                    }
                }
                return lines;
            }
            catch (IOException e)
            {
                throw new IOException($"{path}: cannot be read as a share chain: {e.Message.TrimEnd('.')}", e);
            }
        }

        private T Opened<T>(Func<ShareDesk, T> use)
        {
            CoinSpec coin = plan.Coin;
            string folder = Path.Combine(plan.DataRoot, "datasets");
            using DatasetStore datasets = new(new DatasetStoreOptions { Folder = folder });
            DatasetProofChecker checker = new(datasets, PowParameters.Of(coin));
            using ShareDesk desk = Open(checker);
            return use(desk);
        }

        private ShareDesk Open(DatasetProofChecker checker)
        {
            try
            {
                return new ShareDesk(_parameters, checker, PoolWorlds.Real(loggers, context.Outside.Clock), Folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(
                    ExitCode.BadAnswer, $"{e.Message.TrimEnd('.')}. If the pool runs, stop it first.");
            }
        }
    }
}

/// <summary>
/// Moved: shares written to the file, or taken from it that were new. Fault: why nothing was taken; the rest is then as
/// before.
/// </summary>
internal sealed record SharechainKeptAnswer
{
    public int Schema { get; init; } = 1;

    /// <summary>Without the pass of a private chain.</summary>
    public required string Parameters { get; init; }

    public required string Folder { get; init; }

    public required int Shares { get; init; }

    public required long Height { get; init; }

    public required string? Tip { get; init; }

    public required string Work { get; init; }

    public required string? File { get; init; }

    public required int Moved { get; init; }

    public required bool IsImport { get; init; }

    public ChainFaultRow? Fault { get; init; }
}
