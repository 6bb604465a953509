using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Asic;

/// <summary>
/// Changes the pools of an AxeOS device. Where it keeps numbered pools, new ones go into places that are not in use,
/// become
/// the primary, and the old ones go only once the new one is mined on; else its two fixed places are written.
/// Passwords read
/// back as asterisks and are never written back.
/// </summary>
internal sealed class AxeosPools(AxeosDriver driver, FleetTarget target)
{
    private readonly List<string> _steps = [];

    private string At => target.At(target.Ports.Web);

    public async Task<FleetOutcome> SetAsync(IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        JsonElement before = await driver.InfoAsync(target, cancel);
        bool numbered = before.Member("pools") is { ValueKind: JsonValueKind.Array }
            && before.Member("primaryPoolIndex") is not null;
        if (!numbered && pools.Count > 2)
        {
            return new FleetOutcome(FleetResult.Refused,
                $"{At}: this firmware keeps two pools; {pools.Count} were given.");
        }
        FleetOutcome outcome = numbered
            ? await NumberedAsync(before, pools, cancel) : await FixedAsync(before, pools, cancel);
        return outcome with { Steps = _steps };
    }

    private async Task<FleetOutcome> NumberedAsync(
        JsonElement before, IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        int primary = before.Integer("primaryPoolIndex") ?? 0;
        int secondary = before.Integer("secondaryPoolIndex") ?? primary;
        List<int> used = [];
        int count = 0;
        foreach (JsonElement pool in before.Member("pools").Objects(8))
        {
            if (pool.Text("stratumURL") is not null)
            {
                used.Add(count);
            }
            count++;
        }
        bool onFallback = before.Flag("isUsingFallbackStratum") == true;
        int active = onFallback ? secondary : primary;
        // What is mined on stays until the new one works; of the others the places are taken when free ones do not
        // suffice.
        int[] places = [.. Enumerable.Range(0, 8).Where(index => index != active).OrderBy(
            index => used.Contains(index) ? 1 : 0).ThenBy(static index => index).Take(pools.Count)];
        if (places.Length < pools.Count)
        {
            return new FleetOutcome(FleetResult.Refused,
                $"{At}: it has 8 places and the active pool keeps one: at most 7 new pools at once.");
        }
        for (int i = 0; i < pools.Count; i++)
        {
            await driver.PutPoolAsync(target, places[i], Pool(pools[i], ""), cancel);
            _steps.Add($"wrote {SecretFilter.Url(pools[i].Url)} to place {places[i]}");
        }
        await driver.PatchAsync(target,
            new JsonObject { ["primaryPoolIndex"] = places[0], ["secondaryPoolIndex"] = active }, cancel);
        _steps.Add($"primary is {places[0]}, {active} the fallback");
        await RestartAsync(cancel);
        if (!await AliveAsync(pools[0], cancel))
        {
            await driver.PatchAsync(target,
                new JsonObject { ["primaryPoolIndex"] = primary, ["secondaryPoolIndex"] = secondary }, cancel);
            foreach (int place in places.Where(place => !used.Contains(place)))
            {
                await driver.PutPoolAsync(target, place, null, cancel);
            }
            await RestartAsync(cancel);
            _steps.Add($"put back: primary {primary}, fallback {secondary}");
            return new FleetOutcome(
                FleetResult.Failed, $"{At}: {SecretFilter.Url(pools[0].Url)} was not mined on in "
                    + $"{driver.Waits.PoolAliveAfterRestart.TotalSeconds:0} s; the pools are as they were.")
            { RolledBack = true };
        }
        int fallback = places.Length > 1 ? places[1] : places[0];
        await driver.PatchAsync(target, new JsonObject { ["secondaryPoolIndex"] = fallback }, cancel);
        foreach (int old in used.Where(index => !places.Contains(index)))
        {
            await driver.PutPoolAsync(target, old, null, cancel);
            _steps.Add($"removed the pool in place {old}");
        }
        return new FleetOutcome(FleetResult.Done,
            $"{At} mines on {SecretFilter.Url(pools[0].Url)} as {pools[0].User}.");
    }

    private async Task<FleetOutcome> FixedAsync(
        JsonElement before, IReadOnlyList<FleetPool> pools, CancellationToken cancel)
    {
        JsonObject settings = Pool(pools[0], "");
        JsonObject old = Old(before, "");
        if (pools.Count > 1)
        {
            Copy(Pool(pools[1], "fallback"), settings);
            Copy(Old(before, "fallback"), old);
        }
        await driver.PatchAsync(target, settings, cancel);
        _steps.Add($"wrote {string.Join(" and ", pools.Select(static pool => SecretFilter.Url(pool.Url)))}");
        await RestartAsync(cancel);
        if (await AliveAsync(pools[0], cancel))
        {
            return new FleetOutcome(FleetResult.Done,
                $"{At} mines on {SecretFilter.Url(pools[0].Url)} as {pools[0].User}.");
        }
        await driver.PatchAsync(target, old, cancel);
        await RestartAsync(cancel);
        _steps.Add("put back host, port and user of before");
        return new FleetOutcome(
            FleetResult.Failed,
            $"{At}: {SecretFilter.Url(pools[0].Url)} was not mined on in "
                + $"{driver.Waits.PoolAliveAfterRestart.TotalSeconds:0} s. Host, port and user are as they were; the "
                + $"password of before "
            + "cannot be read from this firmware, so the new one stands in its place. Set it if that pool looks at "
                + "passwords.")
        { RolledBack = true };
    }

    private async Task RestartAsync(CancellationToken cancel)
    {
        await driver.PostAsync(target, "restart", cancel);
        _steps.Add("restarted");
    }

    /// <summary>Up again, with that user, on that pool and not on the fallback, and it gives work or shares.</summary>
    private Task<bool> AliveAsync(FleetPool pool, CancellationToken cancel) => driver.WaitAsync(
        async () =>
        {
            JsonElement info = await driver.InfoAsync(target, cancel);
            PoolUrl wanted = PoolUrl.Parse(pool.Url)!;
            bool works = info.Member("poolConnectionInfo") is { } connection ? connection.Text() is not null
                : info.Number("hashRate") is > 0;
            return info.Flag("isUsingFallbackStratum") != true && info.Text("stratumUser") == pool.User
                && info.Integer("stratumPort") == wanted.Port && works;
        },
        driver.Waits.PoolAliveAfterRestart.TotalSeconds,
        cancel);

    private static JsonObject Pool(FleetPool pool, string prefix)
    {
        PoolUrl url = PoolUrl.Parse(pool.Url)!;
        string stratum = prefix.Length > 0 ? $"{prefix}Stratum" : "stratum";
        JsonObject settings = new()
        {
            [$"{stratum}URL"] = url.Host,
            [$"{stratum}Port"] = url.Port,
            [$"{stratum}User"] = pool.User,
            [$"{stratum}Password"] = pool.Password.Reveal(),
        };
        if (url.IsTls)
        {
            settings[$"{stratum}TLS"] = 1;
        }
        return settings;
    }

    private static JsonObject Old(JsonElement before, string prefix)
    {
        string stratum = prefix.Length > 0 ? $"{prefix}Stratum" : "stratum";
        JsonObject old = [];
        foreach (string key in (string[])[$"{stratum}URL", $"{stratum}User"])
        {
            if (before.Text(key) is { } value)
            {
                old[key] = value;
            }
        }
        if (before.Integer($"{stratum}Port") is int port)
        {
            old[$"{stratum}Port"] = port;
        }
        return old;
    }

    private static void Copy(JsonObject from, JsonObject into)
    {
        foreach ((string key, JsonNode? value) in from)
        {
            into[key] = value?.DeepClone();
        }
    }
}
