using System.Globalization;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Changes the pools of a Whatsminer, which takes all three at once and keeps none of the old. Writes them, waits until the
/// first is alive, and writes URLs and users of before back when it is not.
/// </summary>
internal sealed class WhatsminerPools(string at, FleetTransport transport)
{
    public const int PoolsMax = 3;

    /// <summary>No device tells its passwords; most pools look at none.</summary>
    private const string UnknownPassword = "x";

    public required Func<Task<PoolReading[]>> Read { get; init; }

    public required Func<IReadOnlyList<FleetPool>, Task<FleetOutcome>> Write { get; init; }

    public async Task<FleetOutcome> SetAsync(IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        PoolReading[] before = await Read().ConfigureAwait(false);
        List<string> steps = [$"read {before.Length} pools"];
        FleetOutcome written = await Write(pools).ConfigureAwait(false);
        if (!written.Succeeded)
        {
            return written with { Steps = steps };
        }
        steps.Add($"wrote {string.Join(", ", pools.Select(static pool => pool.Url))}");
        long began = transport.Clock.GetTimestamp();
        while (true)
        {
            if (await IsAliveAsync(pools[0]).ConfigureAwait(false))
            {
                return new FleetOutcome(FleetResult.Done, $"{at} mines on {pools[0].Url} as {pools[0].User}.") { Steps = steps };
            }
            if (transport.Clock.GetElapsedTime(began) >= transport.Waits.PoolAliveAfterRestart)
            {
                break;
            }
            await Task.Delay(TimeSpan.FromSeconds(1), transport.Clock, cancel).ConfigureAwait(false);
        }
        FleetPool[] old = [.. before.Where(static pool => pool.User is not null).Take(PoolsMax).Select(static pool => new FleetPool(pool.Url, pool.User!, new FleetSecret(UnknownPassword)))];
        FleetOutcome back = old.Length > 0 ? await Write(old).ConfigureAwait(false) : new FleetOutcome(FleetResult.Failed, "");
        steps.Add(back.Succeeded ? "put back URLs and users of before" : "could not put back what was before");
        return new FleetOutcome(
            FleetResult.Failed,
            $"{at}: {pools[0].Url} did not come alive in {transport.Waits.PoolAliveAfterRestart.TotalSeconds:0} s. " + (back.Succeeded
                ? "URLs and users are as they were; the passwords of before cannot be read, so each is now \"x\"."
                : "What was before could not be put back: set its pools by hand."))
        { Steps = steps, RolledBack = back.Succeeded };
    }

    /// <summary>pool1, worker1, passwd1 and so on; places without a pool are emptied.</summary>
    public static JsonObject V2(IReadOnlyList<FleetPool> pools)
    {
        JsonObject all = [];
        for (int i = 0; i < PoolsMax; i++)
        {
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            all[$"pool{number}"] = i < pools.Count ? pools[i].Url : "";
            all[$"worker{number}"] = i < pools.Count ? pools[i].User : "";
            all[$"passwd{number}"] = i < pools.Count ? pools[i].Password.Reveal() : "";
        }
        return all;
    }

    public static JsonArray V3(IReadOnlyList<FleetPool> pools)
    {
        JsonArray all = [];
        foreach (FleetPool pool in pools)
        {
            all.Add((JsonNode)new JsonObject { ["pool"] = pool.Url, ["worker"] = pool.User, ["passwd"] = pool.Password.Reveal() });
        }
        return all;
    }

    private async Task<bool> IsAliveAsync(FleetPool pool)
    {
        try
        {
            PoolReading[] now = await Read().ConfigureAwait(false);
            return now.Any(one => PoolUrl.Same(one.Url, pool.Url) && one.User == pool.User && "alive".Equals(one.Status, StringComparison.OrdinalIgnoreCase));
        }
        catch (FleetException)
        {
            return false; // it restarts
        }
    }
}
