using Otedama.Mining;

namespace Otedama;

/// <summary>Rigs that are started anew while everything else runs: by a reload, or switched by command.</summary>
internal sealed partial class Instance
{
    /// <summary>
    /// Turns a rig to another algorithm until the next reload or restart; the configuration stays what it is. What
    /// cannot be done changes nothing, and the answer says why. wanted names a rig that runs. Throws nothing but
    /// OperationCanceledException.
    /// </summary>
    public async Task<SwitchAnswer> SwitchMiningAsync(MiningSwitch wanted, CancellationToken stop)
    {
        RigHost rig = _rigs.First(rig => rig.Name == wanted.Rig);
        await _reloading.WaitAsync(stop);
        string before = rig.Plan.Work.Name;
        try
        {
            RigPlan plan = wanted.PlanFor(PlanOf(_plan, rig), _plan);
            List<string> notes = [];
            if (rig.HasToStart(plan))
            {
                await StartAnewAsync([(rig, plan)], notes, stop);
                InstanceLog.Switched(_logger, rig.Name, plan.Work.Name, before, string.Join(", ", PoolsOf(rig)));
            }
            else
            {
                notes.Add($"{rig.Name} does that already.");
            }
            return Answer(rig, before) with { Notes = notes };
        }
        catch (Exception e) when (IsRefusal(e))
        {
            IReadOnlyList<string> problems = ProblemsOf(e);
            foreach (string problem in problems)
            {
                InstanceLog.NotSwitched(_logger, rig.Name, problem);
            }
            return Answer(rig, before) with { Problems = problems };
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>
    /// All rigs that have to are started by their new plans, or all by those they had. They end together before the
    /// first begins, so that no card ever works for two: rigs may have exchanged theirs.
    /// </summary>
    private async Task StartAnewAsync(IReadOnlyList<(RigHost Rig, RigPlan Plan)> plans, List<string> notes,
        CancellationToken stop)
    {
        (RigHost Rig, RigPlan Plan, RigOptions Options, RigPlan Before)[] all =
        [
            .. plans.Where(static move => move.Rig.HasToStart(move.Plan))
                .Select(move => (move.Rig, move.Plan, move.Rig.Prepare(move.Plan, notes.Add), move.Rig.Plan)),
        ];
        stop.ThrowIfCancellationRequested(); // from here on it is done, whoever asked and went away
        await Task.WhenAll(all.Select(static move => move.Rig.StopAsync()));
        try
        {
            foreach ((RigHost rig, RigPlan plan, RigOptions options, _) in all)
            {
                await rig.StartAgainAsync(plan, options, CancellationToken.None);
            }
        }
        catch
        {
            await Task.WhenAll(all.Select(static move => move.Rig.StopAsync()));
            foreach ((RigHost rig, _, _, RigPlan before) in all)
            {
                await GoBackAsync(rig, before);
            }
            throw;
        }
    }

    /// <summary>One that does not start again must not keep the others from it.</summary>
    private async Task GoBackAsync(RigHost rig, RigPlan before)
    {
        try
        {
            await rig.StartAgainAsync(before, rig.Prepare(before, static _ => { }), CancellationToken.None);
        }
        catch (Exception e)
        {
            InstanceLog.NotStartedAgain(_logger,
                $"{rig.Name} is stopped: it could not go back to {before.Work.Name} either ({e.Message}). "
                    + "`otedama reload` tries it again.");
        }
    }

    private SwitchAnswer Answer(RigHost rig, string before) => new(
        1, rig.Name, rig.Plan.Work.Name, before, PoolsOf(rig), ReloadStep.Touches(rig.Plan, PlanOf(_plan, rig)));

    private static string[] PoolsOf(RigHost rig) => [.. rig.Rig.Snapshot().Pools.Select(static pool => pool.Url)];

    /// <summary>What a plan or a part says when something cannot be done, for whoever asked.</summary>
    private static bool IsRefusal(Exception e) => e is ConfigurationException or CommandException or ArgumentException or FormatException
        or IOException or UnauthorizedAccessException or Interop.NativeException;

    private static IReadOnlyList<string> ProblemsOf(Exception e) =>
        e is ConfigurationException problems ? problems.Problems : [e.Message];
}
