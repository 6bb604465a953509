using System.CommandLine;
using System.Text.Json;
using Otedama.Interop;

namespace Otedama;

/// <summary>Share chains in files.</summary>
internal static class SharechainCommand
{
    public static Command Build(CommandContext context)
    {
        Command chain = new("sharechain", "The share chain of a pool without a centre.");
        chain.Subcommands.Add(Verify(context));
        foreach (Command kept in SharechainKept.Build(context))
        {
            chain.Subcommands.Add(kept);
        }
        return chain;
    }

    private static Command Verify(CommandContext context)
    {
        Command verify = new("verify",
            "Check a chain in a file as a node would: its parameters, then one share a line in hex.");
        Argument<string> path = new("file")
        {
            Description = "The line of parameters, then the shares, parents and uncles first; lines with # are comments."
        };
        verify.Arguments.Add(path);
        verify.SetAction((result, stop) => Task.Run(() => Run(context, result, result.GetValue(path)!, stop), stop));
        return verify;
    }

    private static int Run(CommandContext context, ParseResult result, string path, CancellationToken stop)
    {
        SharechainAnswer answer = Check(context, result, path, stop);
        context.Answer(result, answer, AnswerJson.Default.SharechainAnswer, Lines);
        return answer.Good ? ExitCode.Done : ExitCode.BadAnswer;
    }

    /// <summary>As a node would; throws CommandException for a file that is no chain at all.</summary>
    internal static SharechainAnswer Check(
        CommandContext context, ParseResult result, string path, CancellationToken stop) =>
        Read(path, () => Datasets(context, result), context.Outside, stop);

    /// <summary>Where this machine's miner and pool keep theirs.</summary>
    private static string Datasets(CommandContext context, ParseResult result)
    {
        string root = DataDirectory.Locate(context.Load(result), context.Outside.Environment);
        return Directory.CreateDirectory(Path.Combine(root, "datasets")).FullName;
    }

    private static SharechainAnswer Read(
        string path, Func<string> datasets, Surroundings outside, CancellationToken stop)
    {
        try
        {
            using StreamReader text = new(GivenFile.Open(path));
            using Progress progress = new(outside);
            return ChainFile.Check(path, text, datasets, progress, stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, path.Length == 0
                ? "file: the path is empty. Give the path of a share chain."
                : $"{path}: cannot be read as a share chain: {e.Message.TrimEnd('.')}.");
        }
    }

    private static IEnumerable<string> Lines(SharechainAnswer answer)
    {
        if (answer.Fault is { } fault)
        {
            yield return $"share {fault.Share}: step {fault.Step}: {fault.Reason}";
            yield break;
        }
        yield return $"{answer.Shares} shares, tip {answer.Tip}, work {answer.Work}";
        foreach (ChainPayoutRow payout in answer.Payouts)
        {
            yield return JsonSerializer.Serialize(payout, AnswerJson.Default.ChainPayoutRow);
        }
    }
}

/// <summary>
/// Work is a decimal number of up to 128 bits. Fault: the first share that does not fit; the rest is then empty.
/// </summary>
internal sealed record SharechainAnswer(
    int Schema,
    bool Good,
    int Shares,
    string? Tip,
    string? Work,
    IReadOnlyList<ChainPayoutRow> Payouts,
    ChainFaultRow? Fault)
{
    public static SharechainAnswer Bad(ChainFaultRow fault) => new(1, false, fault.Share - 1, null, null, [], fault);
}

/// <summary>Key: payout type and program in hex; amount in smallest units.</summary>
internal sealed record ChainPayoutRow(int Class, string Key, long Amount);

/// <summary>Share: from 1. Step: of the rules' validation order.</summary>
internal sealed record ChainFaultRow(int Share, int Step, string Reason);
