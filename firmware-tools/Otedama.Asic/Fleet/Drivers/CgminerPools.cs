using System.Globalization;

namespace Otedama.Asic;

/// <summary>
/// Changes the pools of a cgminer: adds the new ones, waits until the first is alive, makes it the first, and only then
/// removes the old ones and saves. When it does not come alive the added ones are removed: the old ones were never
/// touched.
/// </summary>
internal sealed class CgminerPools(FleetTransport transport, FleetTarget target)
{
    private const int PoolsMax = 8;

    private readonly List<string> _steps = [];

    private string At => target.At(target.Ports.Api);

    public async Task<FleetOutcome> SetAsync(IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        CgminerReply privileged = await transport.Cgminer.AskAsync(target, "privileged", null, cancel);
        if (privileged.Status is { Code: 45 } or { Code: 14 })
        {
            return new FleetOutcome(
                FleetResult.Denied, $"{At}: it does not let this machine change pools (code "
                    + $"{privileged.Status.Code}). Its api-allow needs W: before this machine's address.");
        }
        PoolReading[] before = await PoolsAsync(cancel);
        List<FleetPool> added = [];
        try
        {
            foreach (FleetPool pool in pools.Where(pool => Find(before, pool) is null))
            {
                CgminerReply reply = await AddAsync(pool, cancel);
                if (reply.Status is not { Letter: 'S' or 'I' })
                {
                    return await BackAsync(added,
                        $"it did not take {pool.Url}: {ReplyWords.Short(reply.Status?.ToString())}", cancel);
                }
                added.Add(pool);
                _steps.Add($"added {pool.Url}");
            }
            return await SwitchAsync(pools, added, cancel);
        }
        catch (FleetException e)
        {
            return new FleetOutcome(
                e.Fault == FleetFault.Denied ? FleetResult.Denied : FleetResult.Unknown,
                $"{e.Message} The pools of before are still there; {added.Count} new ones may have been added.")
            { Steps = _steps };
        }
    }

    private async Task<FleetOutcome> SwitchAsync(
        IReadOnlyList<FleetPool> pools, List<FleetPool> added, CancellationToken cancel)
    {
        long began = transport.Clock.GetTimestamp();
        PoolReading[] now = await PoolsAsync(cancel);
        while (Find(now, pools[0]) is not { Status: "Alive" })
        {
            if (transport.Clock.GetElapsedTime(began) > transport.Waits.PoolAlive)
            {
                return await BackAsync(added,
                    $"{pools[0].Url} did not come alive in {transport.Waits.PoolAlive.TotalSeconds:0} s", cancel);
            }
            await Task.Delay(TimeSpan.FromSeconds(1), transport.Clock, cancel);
            now = await PoolsAsync(cancel);
        }
        int[] order = [.. pools.Select(pool => Find(now, pool)?.Index).OfType<int>(),
            .. now.Where(one => !pools.Any(pool => Is(one, pool))).Select(static one => one.Index)];
        await transport.Cgminer.AskAsync(target, "poolpriority", string.Join(',', order), cancel);
        CgminerReply switched = await transport.Cgminer.AskAsync(target, "switchpool", Text(order[0]), cancel);
        if (switched.Status is { IsGood: false } status)
        {
            return await BackAsync(added, $"it did not switch: {ReplyWords.Short(status.ToString())}", cancel);
        }
        _steps.Add($"switched to {pools[0].Url}");
        string left = await RemoveAsync(one => !pools.Any(pool => Is(one, pool)), cancel);
        CgminerReply saved = await transport.Cgminer.AskAsync(target, "save", null, cancel);
        bool kept = saved.Status is { IsGood: true };
        _steps.Add(kept ? "saved" : $"not saved: {ReplyWords.Short(saved.Status?.ToString())}");
        return new FleetOutcome(
            FleetResult.Done,
            $"{At} mines on {pools[0].Url} as "
                + $"{pools[0].User}.{left}"
                + (kept ? "" : " It did not save its configuration: the pools hold until it restarts."))
        { Steps = _steps };
    }

    private async Task<FleetOutcome> BackAsync(List<FleetPool> added, string why, CancellationToken cancel)
    {
        string left = added.Count > 0 ? await RemoveAsync(one => added.Any(pool => Is(one, pool)), cancel) : "";
        return new FleetOutcome(FleetResult.Failed, $"{At}: {why}. The pools are as they were.{left}")
        {
            Steps = _steps,
            RolledBack = added.Count > 0
        };
    }

    /// <summary>
    /// One by one, numbers read anew each time: they move. What cannot be removed yet (it is still active) is tried
    /// again.
    /// </summary>
    private async Task<string> RemoveAsync(Func<PoolReading, bool> which, CancellationToken cancel)
    {
        string? last = null;
        for (int tries = 0; tries < 24; tries++)
        {
            PoolReading[] now = await PoolsAsync(cancel);
            if (now.LastOrDefault(which) is not { } pool)
            {
                return "";
            }
            CgminerReply reply = await transport.Cgminer.AskAsync(target, "removepool", Text(pool.Index), cancel);
            if (reply.Status is { IsGood: true })
            {
                _steps.Add($"removed {pool.Url}");
                continue;
            }
            last = ReplyWords.Short(reply.Status?.ToString());
            await Task.Delay(TimeSpan.FromSeconds(1), transport.Clock, cancel);
        }
        return $" A pool could not be removed: {last}.";
    }

    private Task<CgminerReply> AddAsync(FleetPool pool, CancellationToken cancel) => transport.Cgminer.AskAsync(
        target, "addpool",
        string.Join(',', ((string[])[pool.Url, pool.User, pool.Password.Reveal()]).Select(CgminerClient.Escape)),
        [pool.Password], cancel);

    private async Task<PoolReading[]> PoolsAsync(CancellationToken cancel) =>
        CgminerReader.Pools(new Dictionary<string, CgminerReply>
        {
            ["pools"] = await transport.Cgminer.AskAsync(target, "pools", null, cancel),
        });

    private static PoolReading? Find(PoolReading[] pools, FleetPool pool) => pools.FirstOrDefault(one => Is(one, pool));

    private static bool Is(PoolReading one, FleetPool pool) => PoolUrl.Same(one.Url, pool.Url) && one.User == pool.User;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
