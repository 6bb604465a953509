using System.CommandLine;
using Otedama.Pool;

namespace Otedama;

/// <summary>The pool's share log while the pool is down: look at it, mend it, write it out.</summary>
internal static class LedgerCommand
{
    public static Command Build(CommandContext context)
    {
        Command ledger = new("ledger", "The share log of a pool that does not run: check it, repair it, export it.");
        Option<string?> directory = new("--dir") { Description = "Folder of the share log; default: the pool's in the data directory.", HelpName = "DIR" };
        Option<string?> pool = new("--pool") { Description = "Name of the pool, where the configuration lists several.", HelpName = "NAME" };
        LedgerPlace place = new(directory, pool);
        ledger.Subcommands.Add(Check(context, place));
        ledger.Subcommands.Add(Repair(context, place));
        ledger.Subcommands.Add(Export(context, place));
        return ledger;
    }

    private static Command Check(CommandContext context, LedgerPlace place)
    {
        Command check = new("check", "List what is damaged and which records are lost; changes nothing.");
        check.Options.Add(place.Directory);
        check.Options.Add(place.Pool);
        check.SetAction(result =>
        {
            string path = Locate(context, result, place);
            LogReport report = Guarded(() => LogRepair.Check(new DiskFiles(), path));
            context.Answer(result, View(path, report), AnswerJson.Default.LedgerCheckAnswer, Lines);
            return report.IsGood ? ExitCode.Done : ExitCode.BadAnswer;
        });
        return check;
    }

    private static Command Repair(CommandContext context, LedgerPlace place)
    {
        Command repair = new("repair", "Skip exactly what is damaged; every changed file is kept as it was beside it.");
        repair.Options.Add(place.Directory);
        repair.Options.Add(place.Pool);
        repair.SetAction(result =>
        {
            string path = Locate(context, result, place);
            LogRepairReport report = Guarded(() => LogRepair.Repair(new DiskFiles(), path));
            LedgerRepairAnswer answer = new(1, path, [.. report.Repaired.Select(View)], report.Copies, View(path, report.After));
            context.Answer(result, answer, AnswerJson.Default.LedgerRepairAnswer, Lines);
            return ExitCode.Done;
        });
        return repair;
    }

    private static Command Export(CommandContext context, LedgerPlace place)
    {
        Command export = new("export", "Write accounts, shares, blocks or payouts to standard output: CSV, or with --json one object a line.");
        Argument<string> table = new("table") { Description = "accounts, shares, blocks or payouts." };
        table.AcceptOnlyFromAmong(Enum.GetNames<LedgerTable>().Select(static name => name.ToLowerInvariant()).ToArray());
        export.Arguments.Add(table);
        export.Options.Add(place.Directory);
        export.Options.Add(place.Pool);
        export.SetAction(result =>
        {
            LedgerTable chosen = Enum.Parse<LedgerTable>(result.GetValue(table)!, ignoreCase: true);
            string path = Locate(context, result, place);
            RowWriter rows = new(context.Outside.Out, LedgerExport.Columns(chosen), result.GetValue(context.Json));
            Guarded(() =>
            {
                LedgerExport.Run(new DiskFiles(), path, chosen, rows.Write);
                return true;
            });
            rows.End();
            return ExitCode.Done;
        });
        return export;
    }

    private static string Locate(CommandContext context, ParseResult result, LedgerPlace place)
    {
        Configuration configuration = context.Load(result);
        if (result.GetValue(place.Directory) is { } given)
        {
            return given.Length > 0 ? Path.GetFullPath(given) : throw new CommandException(ExitCode.Usage, "--dir: \"\" is no folder.");
        }
        IReadOnlyList<PoolPlan> pools = InstancePlan.Make(configuration, Roles.Node | Roles.Pool, context.Outside.Environment).Pools;
        string? name = result.GetValue(place.Pool);
        PoolPlan[] fit = [.. pools.Where(plan => name is null || plan.Name == name)];
        return fit.Length == 1
            ? Path.Combine(fit[0].Folder, Ledger.FolderName)
            : throw new CommandException(ExitCode.Usage, $"--pool: {(name is null ? "there are several pools" : $"there is no pool \"{SettingTypes.Shorten(name)}\"")}. "
                + $"Name one of: {string.Join(", ", pools.Select(static plan => plan.Name))}.");
    }

    /// <summary>The options that say whose log is meant.</summary>
    private sealed record LedgerPlace(Option<string?> Directory, Option<string?> Pool);

    private static T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (LogException e)
        {
            throw new CommandException(ExitCode.Configuration, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.BadAnswer, $"ledger: {e.Message.TrimEnd('.')}. Nothing more was done.");
        }
    }

    private static LedgerCheckAnswer View(string path, LogReport report) => new(
        1, path, report.IsGood, report.SegmentFirst, report.SegmentLast, report.Records, report.TornBytes, report.LostAtEnd,
        [.. report.Damages.Select(View)], report.Snapshots);

    private static LedgerDamageRow View(LogDamage damage) => new(
        damage.Fault switch
        {
            LogFault.Records => "records",
            LogFault.Header => "header",
            LogFault.MissingSegment => "missing_segment",
            _ => "missing_end",
        },
        damage.Segment, damage.Path, damage.Offset, damage.Bytes, damage.FirstLost, damage.RecordsLost, damage.Text);

    private static IEnumerable<string> Lines(LedgerCheckAnswer answer)
    {
        yield return $"{answer.Directory}: segments {answer.SegmentFirst} to {answer.SegmentLast}, {answer.Records} intact records";
        foreach (string line in answer.Damages.Select(static d => d.Text).Concat(answer.Snapshots))
        {
            yield return "damaged  " + line;
        }
        if (answer.LostAtEnd > 0)
        {
            yield return $"damaged  the end is missing: {answer.LostAtEnd} acknowledged records are lost";
        }
        if (answer.TornBytes > 0)
        {
            yield return $"note     {answer.TornBytes} bytes at the end are an interrupted write; the next start sets them aside";
        }
        yield return answer.Good
            ? "good"
            : "Restore the files from a backup, or skip exactly what is damaged with: otedama ledger repair";
    }

    private static IEnumerable<string> Lines(LedgerRepairAnswer answer)
    {
        foreach (LedgerDamageRow damage in answer.Repaired)
        {
            yield return "skipped  " + damage.Text;
        }
        foreach (string copy in answer.Copies)
        {
            yield return "kept     " + copy;
        }
        yield return answer.Repaired.Count + answer.Copies.Count == 0 ? "nothing was damaged" : $"repaired; {answer.After.Records} intact records";
    }
}

internal sealed record LedgerCheckAnswer(
    int Schema,
    string Directory,
    bool Good,
    uint SegmentFirst,
    uint SegmentLast,
    long Records,
    int TornBytes,
    int LostAtEnd,
    IReadOnlyList<LedgerDamageRow> Damages,
    IReadOnlyList<string> Snapshots);

internal sealed record LedgerDamageRow(
    string Kind, uint Segment, string Path, int Offset, int Bytes, uint FirstLost, uint RecordsLost, string Text);

internal sealed record LedgerRepairAnswer(
    int Schema, string Directory, IReadOnlyList<LedgerDamageRow> Repaired, IReadOnlyList<string> Copies, LedgerCheckAnswer After);
